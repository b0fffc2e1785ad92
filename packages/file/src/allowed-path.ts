import { isAbsolute, relative, resolve, sep } from 'node:path';
import { CairnError, quote } from '@cairn/core';
import type { FileSystem } from './file-system.js';
import { translateFsError } from './fs-error.js';

/**
 * Where a foreign reference may be read: the same file by a path without any link in it, in one of the allowed
 * folders.
 *
 * @throws CairnError `scheme_refused` when it is in none, whether or not anything is there; `not_found` and the like
 * when it would be in one.
 */
export async function allowedPath(fs: FileSystem, path: string, allow: readonly string[]): Promise<string> {
  const folders = allow.map((folder) => resolve(folder));
  const real = await fs.realpath(path).catch((error: unknown) => {
    // Nothing is read then, so it is enough that the path as it is written would be allowed to say so.
    throw folders.some((folder) => isIn(path, folder))
      ? translateFsError(error, 'read', path)
      : refused(path);
  });
  for (const folder of folders) {
    const root = await fs.realpath(folder).catch(() => undefined);
    if (root !== undefined && isIn(real, root)) return real;
  }
  throw refused(path);
}

function isIn(path: string, folder: string): boolean {
  const below = relative(folder, path);
  return below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
}

function refused(path: string): CairnError {
  return new CairnError(
    'scheme_refused',
    `the file ${quote(path)} was not read: the reference to it was recorded by someone else, or on another machine`,
    { hint: 'If you trust who recorded it, allow the folder: fileHandler({ allow: ["/the/folder"] }).' },
  );
}
