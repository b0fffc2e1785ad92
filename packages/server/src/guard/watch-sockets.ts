import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long a client is waited for. A slow one is served for as long as it takes; one that does nothing is not. */
export interface Patience {
  /** For a request's headers to be complete, in milliseconds. Default: 15,000. */
  readonly headersMs: number;
  /** For bytes of a body to come, or of an answer to be taken, in milliseconds. Default: 120,000. */
  readonly idleMs: number;
  /** How many bytes must move in that time. Default: 4,096, which is 34 a second. */
  readonly idleBytes: number;
}

export const defaultPatience: Patience = { headersMs: 15_000, idleMs: 120_000, idleBytes: 4096 };

interface Turn {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Bytes that had moved when it was last looked at, and since when it is the client's turn. */
  moved: number;
  since: number | undefined;
}

/** Gives up connections whose clients do nothing, while it is their turn. Answers what ends it. */
export function watchSockets(server: Server, { idleMs, idleBytes }: Patience): () => void {
  const turns = new Map<Socket, Turn>();
  server.on('request', (request, response) => {
    const { socket } = request;
    turns.set(socket, { request, response, moved: 0, since: undefined });
    response.once('close', () => turns.delete(socket));
  });
  const timer = setInterval(() => {
    const now = performance.now();
    for (const [socket, turn] of turns) if (isGivenUp(socket, turn, now, idleMs, idleBytes)) socket.destroy();
  }, idleMs / 4);
  timer.unref();
  return () => clearInterval(timer);
}

function isGivenUp(socket: Socket, turn: Turn, now: number, idleMs: number, idleBytes: number): boolean {
  const moved = socket.bytesRead + socket.bytesWritten - socket.writableLength;
  const isClients = isToSend(turn.request) || isToTake(turn.response);
  if (!isClients || turn.since === undefined || moved - turn.moved >= idleBytes) {
    turn.since = isClients ? now : undefined;
    turn.moved = moved;
    return false;
  }
  return now - turn.since >= idleMs;
}

/** Whether the server waits for more of the body, of which it has taken all that came. */
function isToSend({ complete, readableLength }: IncomingMessage): boolean {
  return !complete && readableLength === 0;
}

/** Whether an answer waits to be taken. */
function isToTake({ writableLength }: ServerResponse): boolean {
  return writableLength > 0;
}
