import type { Dirent, Stats } from 'node:fs';
import { sep } from 'node:path';
import { CairnError, checkPath, quote, sortByUtf8 } from '@cairn/core';
import { decodeName, escapeName, isExactName } from './file-name.js';
import type { SyncFileSystem } from './file-system.js';
import { systemCode, translateFsError } from './fs-error.js';
import type { SelectionTests } from './selection.js';
import { notAFile } from './stamp.js';

/** What is in a folder and was selected. */
export interface Listing {
  /** The folder, with a separator at its end. */
  readonly inside: string;
  /** The names, in the order of the paths that come of them; that of a folder, or a link to one, ends with a slash. */
  readonly names: readonly string[];
  /** Which of the names are links to folders. */
  readonly links: ReadonlySet<string>;
}

type Kind = 'file' | 'folder';

/**
 * What is in one folder and is selected.
 *
 * @param prefix `''`, or the folder's path below the root with a slash at the end.
 */
export function listFolder(
  fs: SyncFileSystem,
  folder: string,
  prefix: string,
  { isIncluded, isExcluded }: SelectionTests,
): Listing {
  const inside = folder.endsWith(sep) ? folder : folder + sep;
  const names: string[] = [];
  const links = new Set<string>();
  for (const item of list(fs, folder)) {
    const { text: name, isExact } = typeof item.name === 'string' ? exact(item.name) : decodeName(item.name);
    const path = prefix + name;
    if (isExcluded(path)) continue;
    const isWanted = isIncluded(path);
    const isLink = item.isSymbolicLink();
    if (!isWanted && !isLink && !item.isDirectory()) continue;
    if (!isExact) throw notUtf8(prefix + escapeName(item.name as Buffer));
    checkPath(path);
    const kind = isLink ? kindOfTarget(fs, inside + name, isWanted) : kindOf(item, inside + name);
    // What is in a folder sorts as if the folder's name ended with the slash that follows it.
    if (kind === 'file') names.push(name);
    else if (kind === 'folder') names.push(`${name}/`);
    if (isLink && kind === 'folder') links.add(`${name}/`);
  }
  return { inside, names: sortByUtf8(names, (name) => name), links };
}

/** Texts cost a fraction of what buffers do, which only a name that is not UTF-8 needs. */
function list(fs: SyncFileSystem, folder: string): (Dirent | Dirent<Buffer>)[] {
  try {
    const items = fs.readdirSync(folder, { withFileTypes: true });
    if (items.every(({ name }) => isExactName(name))) return items;
    return fs.readdirSync(folder, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    throw translateFsError(error, 'list', folder);
  }
}

function exact(text: string): ReturnType<typeof decodeName> {
  return { text, isExact: true };
}

function kindOf(item: Dirent | Dirent<Buffer> | Stats, absolute: string): Kind {
  if (item.isFile()) return 'file';
  if (item.isDirectory()) return 'folder';
  throw notAFile(item, absolute);
}

/** What a link leads to, or `undefined` if that is nothing to walk into and the link itself is not wanted. */
function kindOfTarget(fs: SyncFileSystem, link: string, isWanted: boolean): Kind | undefined {
  try {
    const target = fs.statSync(link);
    return isWanted || target.isDirectory() ? kindOf(target, link) : undefined;
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (!isWanted && ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(code)) return undefined;
    throw code === 'ENOENT' || code === 'ENOTDIR'
      ? brokenLink(link, error)
      : translateFsError(error, 'follow the link', link);
  }
}

function brokenLink(path: string, cause: unknown): CairnError {
  return new CairnError('not_found', `the link ${quote(path)} leads to nothing`, {
    hint: 'Mend or remove it, or leave it out by { exclude }.',
    cause,
  });
}

function notUtf8(escaped: string): CairnError {
  return new CairnError('path_invalid', `the name ${quote(escaped)} is not UTF-8`, {
    hint: 'Rename it, or leave it out by { exclude }; in globs, ? stands for each part that is not UTF-8.',
  });
}
