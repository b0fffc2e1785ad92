import { join, resolve } from 'node:path';
import { CairnError, checkPath, quote } from '@cairn/core';
import { type FileOptions, type FileSystem, nodeFileSystem } from './file-system.js';
import { attempt, systemCode, translateFsError } from './fs-error.js';

export interface EnsureFolderOptions extends FileOptions {
  /** Whether a file or link in the way is removed to make room. Default: `false`, it is refused. */
  readonly replace?: boolean | undefined;
}

/** Makes folders under one root and remembers which it has made. */
export type FolderMaker = (relative: string) => Promise<string>;

/**
 * Makes the folder `relative` (an entry's path without its last segment; `''` is the root) and all above it under a
 * root, and returns its absolute path. Nothing outside the root is made or reached: below the root no link is
 * followed. The root itself may be one, and is made if it doesn't exist.
 *
 * @throws CairnError `path_conflict` when a file or link is in the way; `path_invalid` when `relative` is no entry
 * path; `forbidden`, `storage_full`, `storage_readonly`, `unavailable`.
 */
export function ensureFolder(
  root: string,
  relative: string,
  options: EnsureFolderOptions = {},
): Promise<string> {
  return folderMaker(root, options)(relative);
}

/** Like {@link ensureFolder}, for many folders: each is looked at once, also by concurrent calls. */
export function folderMaker(root: string, options: EnsureFolderOptions = {}): FolderMaker {
  const { fs = nodeFileSystem, signal, replace = false } = options;
  const made = new Map<string, Promise<string>>();
  const base = resolve(root);

  function ensure(relative: string): Promise<string> {
    const known = made.get(relative);
    if (known !== undefined) return known;
    const making = make(relative);
    made.set(relative, making);
    making.catch(() => made.delete(relative));
    return making;
  }

  async function make(relative: string): Promise<string> {
    signal?.throwIfAborted();
    if (relative === '') {
      await attempt('make the folder', base, fs.mkdir(base, { recursive: true }));
      return base;
    }
    const slash = relative.lastIndexOf('/');
    const parent = await ensure(slash === -1 ? '' : relative.slice(0, slash));
    const folder = join(parent, relative.slice(slash + 1));
    await makeFolder(fs, folder, replace);
    return folder;
  }

  return async (relative) => ensure(relative === '' ? '' : checkPath(relative));
}

async function makeFolder(fs: FileSystem, folder: string, replace: boolean): Promise<void> {
  try {
    await fs.mkdir(folder);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw translateFsError(error, 'make the folder', folder);
    const there = await attempt('make the folder', folder, fs.lstat(folder));
    if (there.isDirectory()) return;
    if (!replace) throw inTheWay(folder, there.isSymbolicLink() ? 'a symbolic link' : 'a file');
    await attempt('remove', folder, fs.unlink(folder));
    await attempt('make the folder', folder, fs.mkdir(folder));
  }
}

function inTheWay(folder: string, what: string): CairnError {
  return new CairnError('path_conflict', `can't make the folder ${quote(folder)}: ${what} is there`, {
    hint: 'Remove it or choose another folder.',
  });
}
