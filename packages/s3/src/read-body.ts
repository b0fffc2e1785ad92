import type { Readable } from 'node:stream';

/**
 * The chunks of a body, given up after a silence of `timeoutMs`. Time the consumer takes doesn't count. Breaking off closes
 * the connection.
 */
export async function* readBody(body: Readable, timeoutMs: number): AsyncGenerator<Uint8Array> {
  const silence = setTimeout(() => {
    body.destroy(Object.assign(new Error('the server sends nothing more'), { name: 'TimeoutError' }));
  }, timeoutMs);
  try {
    for await (const chunk of body) {
      clearTimeout(silence);
      yield chunk as Uint8Array;
      silence.refresh();
    }
  } finally {
    clearTimeout(silence);
  }
}
