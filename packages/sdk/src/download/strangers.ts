import type { Dirent } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { translateFsError } from '@cairn/file';
import { fileOf } from './root.js';

/** Something in a folder that no entry accounts for. */
export interface Stranger {
  readonly path: string;
  readonly absolute: string;
}

/** The paths of entries and of the folders they are in. */
export interface Expected {
  readonly isFolder: ReadonlyMap<string, boolean>;
  /** The paths by what file systems make of them that fold names. */
  readonly folded: ReadonlyMap<string, string>;
}

export function expectedOf(paths: Iterable<string>): Expected {
  const isFolder = new Map([['', true]]);
  for (let path of paths) {
    isFolder.set(path, false);
    while (path !== '') {
      path = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
      if (isFolder.has(path)) break;
      isFolder.set(path, true);
    }
  }
  return { isFolder, folded: new Map([...isFolder.keys()].map((path) => [fold(path), path])) };
}

/**
 * What is in a folder, at any depth, and neither an entry nor a folder of one. Links are not followed: one in the place of
 * a folder is a stranger. What is in a strange folder is not listed.
 */
export async function* listStrangers(
  root: string,
  expected: Expected,
  signal: AbortSignal | undefined,
  folder = '',
): AsyncGenerator<Stranger> {
  signal?.throwIfAborted();
  const below = fileOf(root, folder);
  for (const item of await list(below)) {
    const path = folder === '' ? item.name : `${folder}/${item.name}`;
    const known = expected.isFolder.has(path) ? path : await otherName(root, path, expected);
    if (known === undefined || expected.isFolder.get(known) !== item.isDirectory()) {
      yield { path, absolute: join(below, item.name) };
    } else if (item.isDirectory()) {
      yield* listStrangers(root, expected, signal, known);
    }
  }
}

/** The path by which an entry is expected that this file system calls otherwise. */
async function otherName(root: string, path: string, { folded }: Expected): Promise<string | undefined> {
  const name = folded.get(fold(path));
  if (name === undefined) return undefined;
  const [a, b] = await Promise.all([path, name].map((at) => lstat(fileOf(root, at)).catch(() => undefined)));
  return a !== undefined && a.ino === b?.ino && a.dev === b.dev ? name : undefined;
}

function fold(path: string): string {
  return path.normalize('NFD').toUpperCase().toLowerCase();
}

/** Removes what is in a folder and no entry accounts for. A link is removed, not what it leads to. */
export async function removeStrangers(
  root: string,
  expected: Expected,
  signal: AbortSignal | undefined,
  folder?: string,
): Promise<void> {
  for await (const { absolute } of listStrangers(root, expected, signal, folder)) {
    try {
      await rm(absolute, { recursive: true, force: true });
    } catch (error) {
      throw translateFsError(error, 'remove', absolute);
    }
  }
}

async function list(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw translateFsError(error, 'list', folder);
  }
}
