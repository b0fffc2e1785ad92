import type { SyncFileSystem } from '@cairn/file';

/** Writes all bytes at the end of what was written before. A file system may take less than it is given. */
export function writeFully(fs: SyncFileSystem, file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(file, bytes, at, bytes.length - at);
}
