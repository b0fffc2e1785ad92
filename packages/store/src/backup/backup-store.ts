import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CairnError, quote } from '@cairn/core';
import { nodeFileSystem, syncFolder, translateFsError } from '@cairn/file';
import { systemCode } from '../blobs/attempt.js';
import { readFormat } from '../format.js';
import { checkDatabaseExists } from '../store-folder.js';
import { type CopiedStore, type CopyStoreOptions, copyKeys, copyStore } from './copy-store.js';

/** What says that a folder is a backup, which the next one may write over. */
const markName = 'BACKUP';

/**
 * Copies a store in a folder to another folder, beside writers: what the copy holds is what the store held at one moment. A
 * backup that is there is brought up to date, and costs what is new. The copy is a store itself, which can be opened to be read;
 * {@link restoreStore} makes one of it that can be written to.
 *
 * @example
 * await backupStore('.cairn', '/mnt/backups/cairn');
 *
 * @throws CairnError `not_found` when there is no store; `path_conflict` when the folder holds anything but a backup of one;
 * `integrity_mismatch` when a pack is missing or cut; `storage_full`, `forbidden`, `unavailable`.
 */
export async function backupStore(
  from: string,
  to: string,
  options: CopyStoreOptions = {},
): Promise<CopiedStore> {
  const [source, target] = [resolve(from), resolve(to)];
  await checkStore(source);
  await checkIsBackup(source, target);
  try {
    const copied = await copyStore(source, target, options);
    const mark = { of: source, at: new Date().toISOString() };
    await writeFile(join(target, markName), `${JSON.stringify(mark)}\n`);
    await copyKeys(source, target);
    // Last, as when a store is made: a folder that has it is whole.
    await writeFile(join(target, 'FORMAT'), await readFile(join(source, 'FORMAT')));
    await syncFolder(target);
    return copied;
  } catch (error) {
    throw CairnError.is(error) || options.signal?.aborted ? error : translateFsError(error, 'write', target);
  }
}

/** @throws CairnError `not_found` when there is no store in a folder. */
export async function checkStore(folder: string): Promise<void> {
  if ((await readFormat(nodeFileSystem, folder)) !== undefined) {
    await checkDatabaseExists(nodeFileSystem, folder);
    return;
  }
  throw new CairnError('not_found', `there is no store in ${quote(folder)}`, { hint: 'Check the path.' });
}

async function checkIsBackup(source: string, folder: string): Promise<void> {
  if (source === folder) throw inTheWay(folder, 'it is the store itself');
  const names = await namesIn(folder);
  if (names.length === 0) return;
  // The first backup may have broken off: then there is nothing but what it had made.
  const isUnfinished = names.every((name) => /^(packs|tmp|cairn\.db.*)$/.test(name));
  if (!names.includes(markName) && !isUnfinished) throw inTheWay(folder, 'it holds other things');
}

/** What is in a folder; nothing if there is none. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw translateFsError(error, 'list', folder);
  }
}

export function inTheWay(folder: string, why: string): CairnError {
  return new CairnError('path_conflict', `${quote(folder)} can't be written over: ${why}`, {
    hint: 'Choose an empty folder, or one that does not exist yet.',
  });
}
