import type { Dirent } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { translateFsError } from '@cairn/file';

/** Something in a folder that no entry accounts for. */
export interface Stranger {
  readonly path: string;
  readonly absolute: string;
  readonly isFolder: boolean;
}

/** The paths of entries, and the folders they are in. */
export interface Expected {
  readonly files: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
}

export function expectedOf(paths: Iterable<string>): Expected {
  const files = new Set(paths);
  const folders = new Set(['']);
  for (let path of files) {
    while (path !== '') {
      path = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
      if (folders.has(path)) break;
      folders.add(path);
    }
  }
  return { files, folders };
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
  const below = join(root, folder);
  for (const item of await list(below)) {
    const path = folder === '' ? item.name : `${folder}/${item.name}`;
    const isFolder = item.isDirectory();
    if (isFolder && expected.folders.has(path)) yield* listStrangers(root, expected, signal, path);
    else if (isFolder || !expected.files.has(path))
      yield { path, absolute: join(below, item.name), isFolder };
  }
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
