import type { SyncFileSystem } from '@cairn/file';

/**
 * How much is written by one call, in bytes. For a call of some megabytes Linux looks for that much memory in one piece, and
 * takes several times as long in all.
 */
const pieceBytes = 256 * 1024;

/** Writes all bytes at the end of what was written before. A file system may take less than it is given. */
export function writeFully(fs: SyncFileSystem, file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    at += fs.writeSync(file, bytes, at, Math.min(bytes.length - at, pieceBytes));
  }
}
