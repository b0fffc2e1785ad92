import type { FileStamp } from '@cairn/core';
import { type FileSystem, stampOf } from '@cairn/file';

/** What a file looks like, if there is one that can be looked at. A link is none. */
export function lookAt({ sync }: FileSystem, path: string): FileStamp | undefined {
  try {
    const stats = sync.lstatSync(path, { throwIfNoEntry: false });
    return stats?.isFile() ? stampOf(stats, path) : undefined;
  } catch {
    return undefined; // who reads or writes it says what is wrong
  }
}
