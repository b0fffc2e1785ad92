import { concatBytes, untilAborted } from '@cairn/core';
import type { GsConnection } from './client.js';
import type { Attempt } from './gs-error.js';
import { type PutTarget, putBytes } from './put-object.js';
import { putStream } from './put-stream.js';

/** The largest object that is written by one request, and how much of a larger one goes at a time, in bytes. */
const chunkBytes = 8 * 1024 * 1024;

/** Writes an object, by a resumable upload where it is large, and returns its size. */
export async function writeObject(
  connection: GsConnection,
  target: PutTarget,
  body: Uint8Array | AsyncIterable<Uint8Array>,
  attempted: Attempt,
): Promise<number> {
  if (body instanceof Uint8Array && body.length <= chunkBytes) {
    await putBytes(connection, target, body, attempted);
    return body.length;
  }
  const chunks = body instanceof Uint8Array ? once(body) : untilAborted(body, attempted.signal);
  try {
    const start: Uint8Array[] = [];
    let length = 0;
    while (length <= chunkBytes) {
      const next = await chunks.next();
      if (next.done) {
        await putBytes(connection, target, concatBytes(start), attempted);
        return length;
      }
      // A copy: the producer may use its buffer again.
      start.push(next.value.slice());
      length += next.value.length;
    }
    return await putStream(connection, target, prepend(start, chunks), chunkBytes, attempted);
  } finally {
    await chunks.return(undefined);
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function* prepend(
  start: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* start;
  yield* rest;
}
