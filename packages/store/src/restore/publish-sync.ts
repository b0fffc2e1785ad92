import type { FileStamp } from '@cairn/core';
import type { SyncFileSystem } from '@cairn/file';
import { NewFile } from './new-file.js';

/**
 * Makes a file of these bytes, which appears whole and at once, replacing what was there. Returns what it looked like before it
 * had its name. Throws as {@link NewFile}.
 */
export function publishSync(fs: SyncFileSystem, path: string, bytes: Uint8Array): FileStamp {
  const file = new NewFile(fs, path);
  try {
    file.write(bytes);
    return file.publish();
  } finally {
    file.abandon();
  }
}
