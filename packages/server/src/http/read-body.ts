import type { IncomingMessage } from 'node:http';
import { CairnError } from '@cairn/core';
import { malformed } from './http-failure.js';

/** What is around a request where it comes from Node. `@hono/node-server` gives the first two. */
export interface ServerEnv {
  readonly incoming?: IncomingMessage | undefined;
  readonly outgoing?: unknown;
  /** From where the request came, when that is not the other end of the socket. */
  readonly address?: string | undefined;
}

/** The declared length of a body in bytes, or `undefined` when it comes in chunks. */
export function declaredLength(headers: Headers): number | undefined {
  const text = headers.get('content-length');
  if (text === null) return undefined;
  if (!/^[0-9]{1,15}$/.test(text)) throw malformed('Content-Length is no number');
  return Number(text);
}

/**
 * The bytes of a body, of which no more than `max` are read.
 *
 * @throws CairnError `quota_exceeded` when there are more, at once where the length is declared.
 */
export async function* readBody(
  request: Request,
  env: ServerEnv,
  max: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const declared = declaredLength(request.headers);
  if (declared !== undefined && declared > max) throw tooLong(max);
  let left = max;
  for await (const chunk of chunksOf(request, env, declared)) {
    left -= chunk.length;
    if (left < 0) throw tooLong(max);
    yield chunk;
  }
}

/** Node's own stream where there is one: a web stream around it costs a fifth of the speed. */
function chunksOf(
  request: Request,
  { incoming }: ServerEnv,
  declared: number | undefined,
): AsyncIterable<Uint8Array> {
  if (incoming === undefined) {
    if (request.bodyUsed) throw alreadyRead();
    return (request.body ?? []) as AsyncIterable<Uint8Array>;
  }
  if (incoming.readableDidRead && declared !== 0) throw alreadyRead();
  // Whoever stops reading leaves it to the adapter to take in what still comes, and to close: Node would do neither to a request
  // that was destroyed, and the connection would stay for as long as idle ones may.
  return incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
}

function alreadyRead(): CairnError {
  return new CairnError('unavailable', 'something in front of Cairn has read the body of this request', {
    hint: 'Mount the handler before parsers of bodies such as express.json().',
    isRetryable: false,
  });
}

function tooLong(max: number): CairnError {
  return new CairnError('quota_exceeded', `the body of this request has more than ${max} bytes`);
}
