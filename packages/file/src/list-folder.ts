import type { Dirent, Stats } from 'node:fs';
import { join } from 'node:path';
import { CairnError, checkPath, quote, sortByUtf8 } from '@cairn/core';
import { decodeName, escapeName } from './file-name.js';
import type { FileSystem } from './file-system.js';
import { attempt, systemCode, translateFsError } from './fs-error.js';
import { mapInOrder } from './map-in-order.js';
import type { SelectionTests } from './selection.js';
import { notAFile } from './stamp.js';

/** What is in a folder and was selected. */
export interface Child {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link to a folder';
}

/**
 * What is in one folder and is selected, in the order of the paths that come of it.
 *
 * @param prefix `''`, or the folder's path below the root with a slash at the end.
 */
export async function listFolder(
  fs: FileSystem,
  absolute: string,
  prefix: string,
  { isIncluded, isExcluded }: SelectionTests,
): Promise<readonly Child[]> {
  const found = await attempt(
    'list',
    absolute,
    fs.readdir(absolute, { withFileTypes: true, encoding: 'buffer' }),
  );
  const children: Child[] = [];
  const links: { name: string; isWanted: boolean }[] = [];
  for (const item of found) {
    const { text: name, isExact } = decodeName(item.name);
    const path = `${prefix}${name}`;
    if (isExcluded(path)) continue;
    const isWanted = isIncluded(path);
    const mayBeFolder = item.isDirectory() || item.isSymbolicLink();
    if (!isWanted && !mayBeFolder) continue;
    if (!isExact) throw notUtf8(`${prefix}${escapeName(item.name)}`);
    checkPath(path);
    if (item.isSymbolicLink()) links.push({ name, isWanted });
    else children.push({ name, kind: kindOf(item, join(absolute, name)) });
  }
  const resolved = mapInOrder(links, 16, ({ name, isWanted }) =>
    resolveLink(fs, join(absolute, name), name, isWanted),
  );
  for await (const child of resolved) if (child !== undefined) children.push(child);
  // What is in a folder sorts as if the folder's name ended with the slash that follows it.
  return sortByUtf8(children, ({ name, kind }) => (kind === 'file' ? name : `${name}/`));
}

function kindOf(item: Dirent<Buffer> | Stats, absolute: string): 'file' | 'folder' {
  if (item.isFile()) return 'file';
  if (item.isDirectory()) return 'folder';
  throw notAFile(item, absolute);
}

/** What a link leads to, or `undefined` if that is nothing to walk into and the link itself is not wanted. */
async function resolveLink(
  fs: FileSystem,
  absolute: string,
  name: string,
  isWanted: boolean,
): Promise<Child | undefined> {
  try {
    const target = await fs.stat(absolute);
    if (target.isDirectory()) return { name, kind: 'link to a folder' };
    return isWanted ? { name, kind: kindOf(target, absolute) } : undefined;
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (!isWanted && ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(code)) return undefined;
    throw code === 'ENOENT' || code === 'ENOTDIR'
      ? brokenLink(absolute, error)
      : translateFsError(error, 'follow the link', absolute);
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
