import type { Readable } from 'node:stream';

/**
 * The chunks of a body, given up after a silence of `timeoutMs`. Time the consumer takes doesn't count. Breaking off closes
 * the connection.
 */
export async function* readBody(body: Readable, timeoutMs: number): AsyncGenerator<Uint8Array> {
  const giveUp = () => {
    body.destroy(Object.assign(new Error('the server sends nothing more'), { name: 'TimeoutError' }));
  };
  let silence = setTimeout(giveUp, timeoutMs);
  try {
    for await (const chunk of body) {
      clearTimeout(silence);
      yield chunk as Uint8Array;
      silence = setTimeout(giveUp, timeoutMs);
    }
  } finally {
    clearTimeout(silence);
  }
}
