import { concatBytes } from '@cairn/core';

const firstPartBytes = 8 * 1024 * 1024;

/**
 * How many bytes a part of an upload has, from part 1 on. They double every 1,000 parts, so that the 10,000 that S3 allows
 * hold any object, and a small one needs little memory.
 */
function partBytes(number: number): number {
  return firstPartBytes * 2 ** Math.floor((number - 1) / 1000);
}

/** Cuts a stream into parts, each in memory of its own. Yields at least one, which is empty for an empty stream. */
export async function* cutIntoParts(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let number = 1;
  let part: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      // A part is given away when the next byte comes, so that the last one is never empty.
      if (length === partBytes(number)) {
        yield concatBytes(part);
        number += 1;
        part = [];
        length = 0;
      }
      // A copy: the producer may use its buffer again.
      const piece = chunk.slice(at, at + partBytes(number) - length);
      part.push(piece);
      length += piece.length;
      at += piece.length;
    }
  }
  yield concatBytes(part);
}
