import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CairnError, type CallOptions, quote } from '@cairn/core';
import { nodeFileSystem, syncFolder, translateFsError } from '@cairn/file';
import { keysInFolder } from '../encryption/keys-places.js';
import { packPath } from '../packs/open-pack.js';
import { databaseOf, packsOf, tempOf } from '../store-folder.js';
import { snapshotDatabase } from './snapshot-database.js';

/** How far copying a store is, in bytes of packs. */
export interface CopyProgress {
  readonly done: number;
  readonly total: number;
}

export interface CopyStoreOptions extends CallOptions {
  readonly onProgress?: ((event: CopyProgress) => void) | undefined;
}

/** What copying a store did. */
export interface CopiedStore {
  /** Of all packs, in bytes. */
  readonly bytes: number;
  /** Of the packs that were not there already, in bytes. */
  readonly copiedBytes: number;
  readonly packs: number;
  readonly copiedPacks: number;
}

/** How often garbage collection may remove a pack between the moment that is copied and its turn. What was copied is kept. */
const maxTries = 50;

/**
 * Makes a folder hold what a store holds at one moment, beside writers: the catalog of that moment, and the packs that it names.
 * Packs never change, so those that are there already are left alone. Only when all of them are there does the new catalog take
 * the place of an old one, so whatever breaks off leaves what was there whole.
 */
export async function copyStore(
  from: string,
  to: string,
  { signal, onProgress = () => undefined }: CopyStoreOptions = {},
): Promise<CopiedStore> {
  const [source, target] = [packsOf(from), packsOf(to)];
  for (const folder of [target, tempOf(to)]) await attempt(to, () => mkdir(folder, { recursive: true }));
  const copied = { bytes: 0, packs: 0 };
  for (let tries = 1; ; tries++) {
    const staged = join(to, 'cairn.db.new');
    const packs = await snapshotDatabase(databaseOf(from), staged);
    const total = packs.reduce((sum, { size }) => sum + size, 0);
    let done = 0;
    try {
      for (const { name, size } of packs) {
        signal?.throwIfAborted();
        if (!(await isThere(packPath(target, name), size))) {
          await copyPack(packPath(source, name), packPath(target, name), size);
          copied.packs++;
          copied.bytes += size;
        }
        done += size;
        onProgress({ done, total });
      }
    } catch (error) {
      // What the catalog of a moment ago needs may be gone; that of now doesn't need it.
      if (CairnError.is(error, 'not_found') && tries < maxTries) continue;
      throw error;
    }
    await attempt(to, () => replaceDatabase(to, staged));
    await removeOthers(target, new Set(packs.map(({ name }) => packPath('', name))));
    return { bytes: total, copiedBytes: copied.bytes, packs: packs.length, copiedPacks: copied.packs };
  }
}

/** Copies what opens the packs of an encrypted store: as encrypted as it is. */
export async function copyKeys(from: string, to: string): Promise<void> {
  const text = await keysInFolder(nodeFileSystem, from).read();
  if (text !== undefined) await keysInFolder(nodeFileSystem, to).replace(text);
}

/** A copy appears with its name when it is whole and durable. */
async function copyPack(from: string, to: string, size: number): Promise<void> {
  const staged = `${to}.new`;
  try {
    await rm(staged, { force: true });
    // On file systems that can, the copy shares the blocks of the file.
    await copyFile(from, staged, constants.COPYFILE_FICLONE);
    await sync(staged);
    if ((await stat(staged)).size !== size) throw cutShort(from);
    await rename(staged, to);
    await syncFolder(join(to, '..'));
  } catch (error) {
    await rm(staged, { force: true }).catch(() => undefined);
    throw CairnError.is(error) ? error : translateFsError(error, 'copy', from);
  }
}

async function replaceDatabase(folder: string, staged: string): Promise<void> {
  await sync(staged);
  // The log of an old catalog must not be taken for one of the new.
  for (const end of ['-wal', '-shm', '-journal']) await rm(databaseOf(folder) + end, { force: true });
  await rename(staged, databaseOf(folder));
  await syncFolder(folder);
}

/** Removes packs that the new catalog doesn't name, and what an earlier copy left unfinished. */
async function removeOthers(packs: string, known: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(packs)) {
    if (!known.has(name)) await rm(join(packs, name), { force: true });
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function isThere(path: string, size: number): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.size === size,
    () => false,
  );
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateFsError(error, 'copy a store to', path);
  }
}

function cutShort(path: string): CairnError {
  return new CairnError('integrity_mismatch', `the pack ${quote(path)} is not as long as the catalog says`, {
    hint: 'See what is wrong with the store: verify it.',
  });
}
