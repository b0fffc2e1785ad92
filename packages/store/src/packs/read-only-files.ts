import { constants } from 'node:fs';
import type { SyncFileSystem } from '@cairn/file';

/** What is no file, such as a pipe, must not make anybody wait. Windows has no such flags. */
const atOnce = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const noLink = constants.O_NOFOLLOW ?? 0;

/** Opens a pack to read it, or a file that Cairn made. A link in its place is refused: what it leads to is not ours. */
export function openToRead(fs: SyncFileSystem, path: string): number {
  return fs.openSync(path, atOnce | noLink);
}

/** Opens somebody's file to read it. Links are followed. */
export function openSource(fs: SyncFileSystem, path: string): number {
  return fs.openSync(path, atOnce);
}

/** Closes what was only read. That this fails means nothing: it is closed all the same. */
export function closeQuietly(fs: SyncFileSystem, file: number): void {
  try {
    fs.closeSync(file);
  } catch {
    // All its bytes were read before.
  }
}
