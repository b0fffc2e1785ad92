import { constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { CairnError, quote } from '@cairn/core';
import { type FileSystem, syncFolder, translateFsError } from '@cairn/file';
import { attempt, systemCode } from './blobs/attempt.js';

/** What a store puts into its folder. */
const ownNames: ReadonlySet<string> = new Set([
  'FORMAT',
  'KEYS',
  'packs',
  'tmp',
  'cairn.db',
  'cairn.db-journal',
  'cairn.db-shm',
  'cairn.db-wal',
]);

export function databaseOf(folder: string): string {
  return join(folder, 'cairn.db');
}

/** For what is being written. In the same file system as all else, so that a finished file can be given its name. */
export function tempOf(folder: string): string {
  return join(folder, 'tmp');
}

export function packsOf(folder: string): string {
  return join(folder, 'packs');
}

/** Makes the folders of a new store, or of one that another process is making now. @throws CairnError `path_conflict`. */
export async function makeStoreFolder(fs: FileSystem, folder: string): Promise<void> {
  await checkFolderIsFree(fs, folder);
  await makeFolder(fs, folder);
  await makeFolder(fs, packsOf(folder));
  await makeFolder(fs, tempOf(folder));
}

/** A folder that holds other things is refused rather than littered. */
async function checkFolderIsFree(fs: FileSystem, folder: string): Promise<void> {
  let names: string[];
  try {
    names = await fs.readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    if (systemCode(error) !== 'ENOTDIR') throw translateFsError(error, 'make a store in', folder);
    throw new CairnError('path_conflict', `can't make a store in ${quote(folder)}: a file is in the way`, {
      hint: 'Choose another folder.',
      cause: error,
    });
  }
  const stranger = names.find((name) => !ownNames.has(name));
  if (stranger === undefined) return;
  throw new CairnError(
    'path_conflict',
    `${quote(folder)} is no store, and holds other things such as ${quote(stranger)}`,
    {
      hint: 'Choose an empty folder, or one that does not exist yet.',
    },
  );
}

/** Makes a folder and those above it, so that they survive a power cut. */
async function makeFolder(fs: FileSystem, folder: string): Promise<void> {
  const first = await attempt('make the folder', folder, firstMade(fs, folder));
  let made = folder;
  await syncFolder(dirname(made), { fs });
  while (first !== undefined && made.length > first.length) {
    made = dirname(made);
    await syncFolder(dirname(made), { fs });
  }
}

/** Makes a folder and returns the uppermost that was missing, or `undefined` if none was. */
async function firstMade(fs: FileSystem, folder: string): Promise<string | undefined> {
  try {
    await fs.mkdir(folder);
    return folder;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return undefined;
    // Not at once, because in some versions of Node 20 this takes a full disk for a missing folder.
    if (systemCode(error) === 'ENOENT') return fs.mkdir(folder, { recursive: true });
    throw error;
  }
}

/** Whether this process can't write to a folder. */
export async function isReadOnly(fs: FileSystem, folder: string): Promise<boolean> {
  try {
    await fs.access(folder, constants.W_OK);
    return false;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return true;
    throw translateFsError(error, 'read', folder);
  }
}

/** @throws CairnError `integrity_mismatch`: a whole store has a catalog. */
export async function checkDatabaseExists(fs: FileSystem, folder: string): Promise<void> {
  try {
    await fs.stat(databaseOf(folder));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw translateFsError(error, 'read', databaseOf(folder));
    throw new CairnError('integrity_mismatch', `the store ${quote(folder)} has lost its catalog`, {
      hint: 'Restore cairn.db from a backup.',
      cause: error,
    });
  }
}
