import { translateFsError } from '@cairn/file';
import { systemCode } from '../blobs/attempt.js';
import type { PackFiles } from './pack-files.js';

/**
 * The bytes of a record of a pack's file, not verified; `undefined` if there is no such file. What a file is too short for, or
 * can't be relied on for, is missing at the end, and all of what is none.
 */
export function readRecord(
  files: PackFiles,
  path: string,
  { start, length }: { readonly start: number; readonly length: number },
): Uint8Array | undefined {
  try {
    const file = files.open(path);
    try {
      const buffer = Buffer.allocUnsafe(length);
      return buffer.subarray(0, file.read({ buffer, length, position: start }));
    } finally {
      file.close();
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    if (noPack.has(systemCode(error))) return new Uint8Array();
    throw translateFsError(error, 'read', path);
  }
}

/** How file systems say that a link, a folder, a pipe or a socket is there. */
const noPack: ReadonlySet<unknown> = new Set(['ELOOP', 'EMLINK', 'EISDIR', 'ENXIO', 'ESPIPE']);
