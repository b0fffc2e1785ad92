import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type AnyIterable, CairnError, quote } from '@cairn/core';
import { type FileOptions, type FileSystem, nodeFileSystem } from './file-system.js';
import { attempt, translateFsError } from './fs-error.js';
import { tempName } from './temp-name.js';

export interface PublishFileOptions extends FileOptions {
  /**
   * Whether the file and its name are on the disk, and survive a power cut, when the promise resolves. Default:
   * `false`.
   */
  readonly durable?: boolean | undefined;
  /** The permissions of the file, reduced by the umask. Default: `0o666`. */
  readonly mode?: number | undefined;
}

/**
 * Makes a file that appears under its name whole and at once, replacing what was there; a link is replaced, not
 * followed. Its folder must exist. A failure leaves the old file as it was and nothing else behind. What `chunks`
 * throws is thrown.
 *
 * @throws CairnError `path_conflict` when a folder is there; `storage_full`, `storage_readonly`, `forbidden`,
 * `not_found`, `unavailable`.
 */
export async function publishFile(
  path: string,
  chunks: AnyIterable<Uint8Array>,
  options: PublishFileOptions = {},
): Promise<{ size: number }> {
  const { fs = nodeFileSystem, signal, durable = false, mode = 0o666 } = options;
  signal?.throwIfAborted();
  const temp = join(dirname(path), tempName());
  const file = await attempt('write', path, fs.open(temp, 'wx', mode));
  let size = 0;
  try {
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      await attempt('write', path, writeAll(file, chunk));
      size += chunk.length;
    }
    if (durable) await attempt('write', path, file.sync());
    await attempt('write', path, file.close());
    signal?.throwIfAborted();
    await replace(fs, temp, path);
  } catch (error) {
    // What went wrong first is what the caller must hear of.
    await file.close().catch(() => undefined);
    await fs.unlink(temp).catch(() => undefined);
    throw error;
  }
  if (durable) await syncFolder(dirname(path), { fs });
  return { size };
}

/**
 * Makes durable which names a folder holds: call it after files were created, renamed or removed in it. Does nothing
 * on Windows, which has no such call.
 */
export async function syncFolder(path: string, options: FileOptions = {}): Promise<void> {
  const { fs = nodeFileSystem, signal } = options;
  signal?.throwIfAborted();
  if (process.platform === 'win32') return;
  const folder = await attempt('write', path, fs.open(path, 'r'));
  try {
    await attempt('write', path, folder.sync());
  } finally {
    await folder.close().catch(() => undefined);
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
  }
}

async function replace(fs: FileSystem, temp: string, path: string): Promise<void> {
  try {
    await fs.rename(temp, path);
  } catch (error) {
    // Systems name this differently: EISDIR, EEXIST, EPERM.
    const there = await fs.lstat(path).catch(() => undefined);
    if (there?.isDirectory()) {
      throw new CairnError('path_conflict', `can't write ${quote(path)}: a folder is there`, {
        hint: 'Remove it or choose another place.',
        cause: error,
      });
    }
    throw translateFsError(error, 'write', path);
  }
}
