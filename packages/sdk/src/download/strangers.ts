import { type Dirent, lstatSync, opendirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { AnyIterable } from '@cairn/core';
import { translateFsError } from '@cairn/file';
import { breather } from '../util/breathe.js';
import { type FolderNames, foldersOf } from './folder-names.js';
import { fileOf } from './root.js';

/** Something in a folder that no entry accounts for. */
export interface Stranger {
  readonly path: string;
  readonly absolute: string;
}

/** Makes what tells the strangers in one folder after the other, each after those below it. */
export function strangerFinder(root: string): (folder: FolderNames) => Promise<readonly Stranger[]> {
  const real = new WeakMap<FolderNames, boolean>();

  /** Links are not followed: one in the place of a folder is a stranger in the folder above. */
  function isReal(folder: FolderNames): boolean {
    if (folder.parent === undefined) return true;
    const known = real.get(folder);
    if (known !== undefined) return known;
    const at = fileOf(root, folder.path);
    const answer = isReal(folder.parent) && lstatSync(at, { throwIfNoEntry: false })?.isDirectory() === true;
    real.set(folder, answer);
    return answer;
  }

  return async (folder) => {
    if (!isReal(folder)) return [];
    const { path, names } = folder;
    const absolute = path === '' ? root : fileOf(root, path);
    const strangers: Stranger[] = [];
    let folded: ReadonlyMap<string, string> | undefined;
    for await (const item of list(absolute)) {
      let isFolder = names.get(item.name);
      if (isFolder === undefined) {
        folded ??= new Map([...names.keys()].map((name) => [fold(name), name]));
        const name = folded.get(fold(item.name));
        if (name !== undefined && isSame(fileOf(absolute, item.name), fileOf(absolute, name))) {
          isFolder = names.get(name);
        }
      }
      if (isFolder === item.isDirectory()) continue;
      const below = path === '' ? item.name : `${path}/${item.name}`;
      strangers.push({ path: below, absolute: fileOf(absolute, item.name) });
    }
    return strangers;
  };
}

/** Whether this file system has one file under both names. */
function isSame(a: string, b: string): boolean {
  const [one, other] = [a, b].map((at) => lstatSync(at, { throwIfNoEntry: false }));
  return one !== undefined && one.ino === other?.ino && one.dev === other.dev;
}

/** A name as file systems see it that fold names. */
function fold(name: string): string {
  return name.normalize('NFD').toUpperCase().toLowerCase();
}

/**
 * Removes what is in a folder, at any depth, and neither an entry nor a folder of one. A link is removed, not what it
 * leads to.
 *
 * @param batches The entries, in the order of their paths.
 * @param within The folder, below `root`.
 */
export async function removeStrangers(
  root: string,
  batches: AnyIterable<readonly { readonly path: string }[]>,
  signal: AbortSignal | undefined,
  within: string,
): Promise<void> {
  const strangersIn = strangerFinder(root);
  for await (const folder of foldersOf(batches)) {
    if (within !== '' && folder.path !== within && !folder.path.startsWith(`${within}/`)) continue;
    signal?.throwIfAborted();
    for (const { absolute } of await strangersIn(folder)) {
      try {
        await rm(absolute, { recursive: true, force: true });
      } catch (error) {
        throw translateFsError(error, 'remove', absolute);
      }
    }
  }
}

/** What is in a folder, which may be more than should be held. */
async function* list(folder: string): AsyncGenerator<Dirent, void, undefined> {
  const call = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw translateFsError(error, 'list', folder);
    }
  };
  const breathe = breather();
  const items = call(() => opendirSync(folder, { bufferSize: 256 }));
  try {
    for (let item = call(() => items.readSync()); item !== null; item = call(() => items.readSync())) {
      yield item;
      const pause = breathe();
      if (pause !== undefined) await pause;
    }
  } finally {
    items.closeSync();
  }
}
