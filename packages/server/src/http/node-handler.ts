import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { ServerEnv } from './read-body.js';
import type { Sent } from './to-response.js';

/** A handler for `node:http`, and for frameworks that take such, as Express does. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Writes answers themselves to Node: as a web response each would cost more than all that is done for a look-up. */
export function nodeHandler(answer: (request: Request, env: ServerEnv) => Promise<Sent>): NodeHandler {
  const listener = getRequestListener(
    async (request, env) => {
      const { incoming, outgoing } = env as { incoming: IncomingMessage; outgoing: ServerResponse };
      await send(await answer(request, { incoming, outgoing }), outgoing);
      return RESPONSE_ALREADY_SENT;
    },
    // Health checks of proxies may speak HTTP/1.0, and name no host. It is no loopback: there one is named.
    { overrideGlobalObjects: false, hostname: 'unnamed.invalid' },
  );
  return (request, response) => void listener(request, response);
}

async function send({ status, headers, body }: Sent, outgoing: ServerResponse): Promise<void> {
  if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array)) {
    outgoing.writeHead(status, headers);
    // What went wrong was written down by who made the stream; the client sees that its answer is not whole.
    await pipeline(Readable.from(body, { objectMode: false }), outgoing).catch(() => outgoing.destroy());
    return;
  }
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  outgoing.writeHead(status, status === 204 ? headers : { 'content-length': length, ...headers });
  outgoing.end(body);
}
