import { type FileSystem, translateFsError } from '@cairn/file';
import { systemCode } from '../blobs/attempt.js';
import { readFully } from './read-fully.js';
import { closeQuietly, openToRead } from './read-only-files.js';

/**
 * The bytes of a record of a pack's file, not verified; `undefined` if there is no such file. What a file is too short for is
 * missing at the end, and all of what is none.
 */
export function readRecord(
  { sync }: FileSystem,
  path: string,
  { start, length }: { readonly start: number; readonly length: number },
): Uint8Array | undefined {
  try {
    const file = openToRead(sync, path);
    try {
      const buffer = Buffer.allocUnsafe(length);
      return buffer.subarray(0, readFully(sync, file, { buffer, length, position: start }));
    } finally {
      closeQuietly(sync, file);
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    if (noPack.has(systemCode(error))) return new Uint8Array();
    throw translateFsError(error, 'read', path);
  }
}

/** How file systems say that a link, a folder, a pipe or a socket is there. */
const noPack: ReadonlySet<unknown> = new Set(['ELOOP', 'EMLINK', 'EISDIR', 'ENXIO', 'ESPIPE']);
