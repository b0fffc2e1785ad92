import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CairnError, quote, schemeOf } from '@cairn/core';

/** Where a store is. */
export type StoreLocation =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'server'; readonly url: string };

/**
 * The store that is meant: the one given, else that of the environment variable `CAIRN_STORE`, else the nearest folder.
 *
 * @throws CairnError `uri_invalid` for a URL that no store can have; `path_invalid` for a file.
 */
export function locateStore(given: string | URL | undefined): StoreLocation {
  const named = given ?? (process.env.CAIRN_STORE || undefined);
  if (named === undefined) return nearestStore();
  const scheme = schemeOf(String(named));
  if (scheme === 'http' || scheme === 'https') return { kind: 'server', url: serverUrl(String(named)) };
  if (scheme === 'file') return folder(fileURLToPath(named));
  if (scheme === undefined) return folder(resolve(String(named)));
  throw new CairnError('uri_invalid', `no store can be opened at ${quote(String(named))}`, {
    hint: 'Give the path of a folder, the URL of a server (https://…), or a Store object.',
  });
}

/** `.cairn` in the nearest folder upwards that has one, else `.cairn` here. */
export function nearestStore(): StoreLocation {
  const here = process.cwd();
  for (let path = here; ; path = dirname(path)) {
    const store = join(path, '.cairn');
    if (isFolder(store)) return folder(store);
    if (dirname(path) === path) return folder(join(here, '.cairn'));
  }
}

/** The mode that is meant: the one given, else that of `CAIRN_MODE`, else `online`. @throws CairnError `name_invalid`. */
export function checkMode(given: string | undefined): 'online' | 'offline' {
  const mode = given ?? (process.env.CAIRN_MODE || 'online');
  if (mode === 'online' || mode === 'offline') return mode;
  throw new CairnError('name_invalid', `there is no mode ${quote(mode)}`, {
    hint: 'Use "online" or "offline", as { mode } or CAIRN_MODE.',
  });
}

/** One server has one name. */
function serverUrl(text: string): string {
  if (!URL.canParse(text)) {
    throw new CairnError('uri_invalid', `${quote(text)} is no URL of a server`, {
      hint: 'Write it as https://host or https://host/path.',
    });
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    const name = quote(`${url.origin}${url.pathname}`);
    throw new CairnError('uri_invalid', `the URL of the server ${name} holds more than where it is`, {
      hint: 'Pass a key as { apiKey } or CAIRN_API_KEY, and leave user, password, query and fragment out.',
    });
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function folder(path: string): StoreLocation {
  return { kind: 'folder', path: realPath(path) };
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
