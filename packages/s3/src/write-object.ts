import { untilAborted } from '@cairn/core';
import type { S3Connection } from './client.js';
import { cutIntoParts } from './object-parts.js';
import { type PutTarget, putBytes } from './put-object.js';
import { putParts } from './put-parts.js';
import type { Attempt } from './s3-error.js';

/** The largest object that is written by one request, in bytes, when its bytes are in memory. */
const maxSinglePut = 64 * 1024 * 1024;

/** Writes an object, in parts where it is large, and returns its size. */
export async function writeObject(
  connection: S3Connection,
  target: PutTarget,
  body: Uint8Array | AsyncIterable<Uint8Array>,
  attempted: Attempt,
): Promise<number> {
  if (body instanceof Uint8Array && body.length <= maxSinglePut) {
    await putBytes(connection, target, body, attempted);
    return body.length;
  }
  const chunks = body instanceof Uint8Array ? once(body) : untilAborted(body, attempted.signal);
  const parts = cutIntoParts(chunks);
  try {
    const first = await parts.next();
    const second = await parts.next();
    const small = first.value ?? new Uint8Array();
    if (second.done) {
      await putBytes(connection, target, small, attempted);
      return small.length;
    }
    let size = 0;
    const counted = async function* () {
      for (const part of [small, second.value]) {
        size += part.length;
        yield part;
      }
      for await (const part of parts) {
        size += part.length;
        yield part;
      }
    };
    await putParts(connection, target, counted(), attempted);
    return size;
  } finally {
    await parts.return(undefined);
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
