import { closeSync, constants, openSync, readSync } from 'node:fs';
import { algorithmOf, type ContentDigest, type FileEntry, loadHasher } from '@cairn/core';
import { translateFsError } from '@cairn/file';

/** The largest file that is read at one go, in bytes: for most, promises would cost many times the reading. */
export const maxSmall: number = 256 * 1024;

/**
 * Makes what hashes a file of at most {@link maxSmall} bytes, without a promise and always into the same memory, with the
 * algorithm of its entry. `undefined` for a file that has another size than its entry. A link is refused.
 */
export async function smallFileHasher(): Promise<
  (path: string, entry: FileEntry) => ContentDigest | undefined
> {
  const hashers = { blake3: await loadHasher('blake3'), sha256: await loadHasher('sha256') };
  // One byte more than is expected, so that the end is found.
  const memory = Buffer.allocUnsafeSlow(maxSmall + 1);
  // O_NONBLOCK: a FIFO that took the file's place would block the open until somebody writes to it.
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;
  return (path, { digest, size }) => {
    try {
      const file = openSync(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
      try {
        const length = readUpTo(file, memory, size + 1);
        return length === size ? hashers[algorithmOf(digest)].hash(memory.subarray(0, size)) : undefined;
      } finally {
        closeSync(file);
      }
    } catch (error) {
      throw translateFsError(error, 'read', path);
    }
  };
}

function readUpTo(file: number, memory: Buffer, length: number): number {
  let at = 0;
  while (at < length) {
    const count = readSync(file, memory, at, length - at, at);
    if (count === 0) break;
    at += count;
  }
  return at;
}
