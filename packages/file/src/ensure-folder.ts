import { join, resolve } from 'node:path';
import { CairnError, checkPath, quote } from '@cairn/core';
import { type FileOptions, nodeFileSystem, type SyncFileSystem } from './file-system.js';
import { systemCode, translateFsError } from './fs-error.js';

export interface EnsureFolderOptions extends FileOptions {
  /** Whether a file or link in the way is removed to make room. Default: `false`, it is refused. */
  readonly replace?: boolean | undefined;
}

/** Makes folders under one root and remembers which it has made. */
export type FolderMaker = (relative: string) => Promise<MadeFolder>;

export interface MadeFolder {
  /** Its absolute path. */
  readonly path: string;
  /** Whether it wasn't there before. */
  readonly isNew: boolean;
}

/**
 * Makes the folder `relative` (an entry's path without its last segment; `''` is the root) and all above it under a
 * root, and returns its absolute path. Nothing outside the root is made or reached: below the root no link is
 * followed. The root itself may be one, and is made if it doesn't exist.
 *
 * @throws CairnError `path_conflict` when a file or link is in the way; `path_invalid` when `relative` is no entry
 * path; `forbidden`, `storage_full`, `storage_readonly`, `unavailable`.
 */
export async function ensureFolder(
  root: string,
  relative: string,
  options: EnsureFolderOptions = {},
): Promise<string> {
  return (await folderMaker(root, options)(relative)).path;
}

/** Like {@link ensureFolder}, for many folders: each is looked at once, and not at all in one that was just made. */
export function folderMaker(root: string, options: EnsureFolderOptions = {}): FolderMaker {
  const { fs = nodeFileSystem, signal, replace = false } = options;
  const made = new Map<string, MadeFolder>();
  const base = resolve(root);

  function ensure(relative: string): MadeFolder {
    const known = made.get(relative);
    if (known !== undefined) return known;
    signal?.throwIfAborted();
    const folder = relative === '' ? makeRoot() : makeBelow(relative);
    made.set(relative, folder);
    return folder;
  }

  function makeRoot(): MadeFolder {
    return call('make the folder', base, () => {
      return { path: base, isNew: fs.sync.mkdirSync(base, { recursive: true }) !== undefined };
    });
  }

  function makeBelow(relative: string): MadeFolder {
    const slash = relative.lastIndexOf('/');
    const parent = ensure(slash === -1 ? '' : relative.slice(0, slash));
    const path = join(parent.path, relative.slice(slash + 1));
    return { path, isNew: makeFolder(fs.sync, path, replace, parent.isNew) };
  }

  return async (relative) => ensure(relative === '' ? '' : checkPath(relative));
}

/** @returns Whether it wasn't there. */
function makeFolder(fs: SyncFileSystem, path: string, replace: boolean, isParentNew: boolean): boolean {
  const look = () => call('make the folder', path, () => fs.lstatSync(path, { throwIfNoEntry: false }));
  let there = isParentNew ? undefined : look();
  if (there === undefined) {
    try {
      fs.mkdirSync(path);
      return true;
    } catch (error) {
      if (systemCode(error) === 'EEXIST') there = look();
      if (there === undefined) throw translateFsError(error, 'make the folder', path);
    }
  }
  if (there.isDirectory()) return false;
  if (!replace) throw inTheWay(path, there.isSymbolicLink() ? 'a symbolic link' : 'a file');
  call('remove', path, () => fs.unlinkSync(path));
  call('make the folder', path, () => fs.mkdirSync(path));
  return true;
}

function call<T>(what: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translateFsError(error, what, path);
  }
}

function inTheWay(folder: string, what: string): CairnError {
  return new CairnError('path_conflict', `can't make the folder ${quote(folder)}: ${what} is there`, {
    hint: 'Remove it or choose another folder.',
  });
}
