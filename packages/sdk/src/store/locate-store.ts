import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CairnError, quote, schemeOf } from '@cairn/core';

/**
 * The folder of the store: the one given, else that of the environment variable `CAIRN_STORE`, else `.cairn` in the
 * nearest folder upwards that has one, else `.cairn` here.
 *
 * @throws CairnError `handler_missing` for a URL, which needs a package that is not there; `path_invalid` for a file.
 */
export function locateStore(given: string | URL | undefined): string {
  const named = given ?? (process.env.CAIRN_STORE || undefined);
  if (named === undefined) return nearestStore(process.cwd());
  const scheme = schemeOf(String(named));
  if (scheme === 'file') return realPath(fileURLToPath(named));
  if (scheme === undefined) return realPath(resolve(String(named)));
  const packageName = scheme === 'http' || scheme === 'https' ? '@cairn/remote' : undefined;
  throw new CairnError('handler_missing', `can't open a store at ${quote(String(named))}`, {
    hint:
      packageName === undefined
        ? 'Give the path of a folder, or a Store object.'
        : `Stores of a server need ${packageName}: npm i ${packageName}, then pass the Store it makes.`,
  });
}

function nearestStore(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const store = join(folder, '.cairn');
    if (isFolder(store)) return realPath(store);
    if (dirname(folder) === folder) return realPath(join(from, '.cairn'));
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** The path without links, as far as it exists, so that one folder has one name. */
function realPath(path: string): string {
  if (existsSync(path)) {
    if (isFolder(path)) return realpathSync(path);
    throw new CairnError('path_invalid', `${quote(path)} is not a folder, and so no store`);
  }
  const parent = dirname(path);
  return parent === path ? path : join(realPath(parent), basename(path));
}
