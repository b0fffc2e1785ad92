import { once } from 'node:events';
import { connect } from 'node:net';

export interface Asked {
  readonly port: number;
  readonly connections: number;
  /** The bytes of a request; each has another number. */
  request(i: number): string;
}

export interface Times {
  /** How long each answer took, in milliseconds; from when it was to be asked for. */
  readonly times: number[];
  readonly seconds: number;
}

/**
 * Asks a server on this machine over some connections, on each one after the other. It speaks just enough of HTTP to leave as
 * much as it can of the processor to the server. An answer that is not 200 ends it.
 *
 * @param options.perSecond How often on all connections together. Default: as often as there are answers.
 */
export async function ask(
  options: Asked & { readonly seconds: number; readonly perSecond?: number },
): Promise<Times> {
  const { connections, seconds } = options;
  const times: number[] = [];
  const began = performance.now();
  await Promise.all(Array.from({ length: connections }, (_, i) => askAlong(options, i, began, times)));
  return { times, seconds: Math.max(seconds, (performance.now() - began) / 1000) };
}

async function askAlong(
  {
    port,
    connections,
    request,
    seconds,
    perSecond,
  }: Asked & { readonly seconds: number; readonly perSecond?: number },
  first: number,
  began: number,
  times: number[],
): Promise<void> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  const closed = once(socket, 'close');
  const every = perSecond === undefined ? 0 : (1000 * connections) / perSecond;
  let due = began + (every * first) / connections;
  let count = 0;
  let pending = '';

  function next(): void {
    const now = performance.now();
    if (now >= began + seconds * 1000) return void socket.end();
    if (every === 0) due = now;
    else if (due > now) return void setTimeout(next, due - now);
    socket.write(request(first + connections * count++));
  }

  socket.on('connect', next);
  socket.on('data', (chunk) => {
    pending += chunk.toString('latin1');
    const head = pending.indexOf('\r\n\r\n');
    const length = Number(/^content-length: ([0-9]+)/im.exec(pending.slice(0, Math.max(head, 0)))?.[1]);
    if (head < 0 || pending.length < head + 4 + length) return;
    if (!pending.startsWith('HTTP/1.1 200')) throw new Error(pending.slice(0, 1000));
    pending = '';
    times.push(performance.now() - due);
    due += every;
    next();
  });
  await closed;
}
