import { constants } from 'node:fs';
import type { SyncFileSystem } from '@cairn/file';

/** Windows has neither. What is no file, such as a pipe, must not make anybody wait. */
const nothingElse = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Opens a pack to read it. A link in its place is refused: what it leads to is not ours. */
export function openToRead(fs: SyncFileSystem, path: string): number {
  return fs.openSync(path, constants.O_RDONLY | nothingElse);
}

/** Closes what was only read. That this fails means nothing: it is closed all the same. */
export function closeQuietly(fs: SyncFileSystem, file: number): void {
  try {
    fs.closeSync(file);
  } catch {
    // All its bytes were read before.
  }
}
