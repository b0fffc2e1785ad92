import type { FileStamp } from '@cairn/core';
import type { SyncFileSystem } from '@cairn/file';
import { NewFile } from './new-file.js';

/**
 * Makes a file of these bytes, which appears whole and at once, replacing what was there. Returns what it looked like before it
 * had its name. Throws as {@link NewFile}.
 *
 * @param stagedAt Where it is written in a {@link StagedFolder}, with which it appears.
 */
export function publishSync(
  fs: SyncFileSystem,
  path: string,
  bytes: Uint8Array,
  stagedAt?: string,
): FileStamp {
  const file = new NewFile(fs, path, stagedAt);
  try {
    file.write(bytes);
    return file.publish();
  } finally {
    file.abandon();
  }
}
