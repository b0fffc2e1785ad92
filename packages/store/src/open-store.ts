import { resolve } from 'node:path';
import { CairnError, type ContentAlgorithm, quote } from '@cairn/core';
import { type FileSystem, nodeFileSystem } from '@cairn/file';
import { sweepTempFiles } from './blobs/temp-files.js';
import type { Liveness } from './catalog/run-rows.js';
import { checkEncryption, openKeys, type StoreEncryption, settleKeys } from './encryption/encryption.js';
import { keysInFolder } from './encryption/keys-places.js';
import { sealedForm } from './encryption/sealed-form.js';
import { newFormat, readFormat, type StoreFormat, settleFormat } from './format.js';
import { type LocalStore, localStore } from './local-store.js';
import { isOwnerAlive } from './run-owner.js';
import { migrate } from './sql/migrations/migrate.js';
import { openSqlite } from './sql/sqlite/database.js';
import { loadSqlite, type SqliteDriver } from './sql/sqlite/driver.js';
import { checkDatabaseExists, databaseOf, isReadOnly, makeStoreFolder, tempOf } from './store-folder.js';

export interface OpenStoreOptions {
  /** What identifies bytes. Default: what the store has, and `blake3` for a new one. */
  readonly algorithm?: ContentAlgorithm | undefined;
  /** Whether to make the store if there is none. Default: `true`. */
  readonly create?: boolean | undefined;
  /** Whether to change nothing. Default: `false`, unless the folder can't be written to. */
  readonly readOnly?: boolean | undefined;
  /**
   * What the packs are encrypted with: all contents, and the lists of what versions hold; and digests in the database, of which
   * the rest is not encrypted. Default: nothing is.
   */
  readonly encryption?: StoreEncryption | undefined;
  /** Default: the real file system. The database of the catalog is not reached through it. */
  readonly fs?: FileSystem | undefined;
  /** Default: `node:sqlite`, or the binding that comes with this package where Node has none that is safe. */
  readonly driver?: SqliteDriver | undefined;
  /** The clock. Default: the system's. */
  readonly now?: (() => Date) | undefined;
  /** Whether the process of a run is alive. Default: looks for it if it is one of this machine. */
  readonly liveness?: Liveness | undefined;
}

/**
 * Opens the store in a folder, and makes it if there is none. Any number of processes may do so at once, and use it at the
 * same time. A store that is not closed keeps no process alive and loses nothing.
 *
 * @throws CairnError `not_found` when there is none and none is to be made; `path_conflict` when the folder holds other
 * things; `conflict` when it has another algorithm, or a key is given and it isn't encrypted; `unauthenticated` when it is
 * encrypted and no key is given, `forbidden` when it is another one; `unsupported_format` when a later version of Cairn made it;
 * `integrity_mismatch` when its catalog is damaged or lost; `storage_readonly`, `storage_full`, `forbidden`,
 * `unavailable`.
 */
export async function openStore(dir: string, options: OpenStoreOptions = {}): Promise<LocalStore> {
  const { fs = nodeFileSystem, now = () => new Date(), liveness = isOwnerAlive } = options;
  const folder = resolve(dir);
  const { encryption } = options;
  const known = await readFormat(fs, folder);
  if (known !== undefined) checkEncryption(folder, known.encryption !== undefined, encryption);
  const readOnly = options.readOnly ?? (known !== undefined && (await isReadOnly(fs, folder)));
  if (known === undefined) {
    if (readOnly || options.create === false) throw noStore(folder);
    await makeStoreFolder(fs, folder);
  } else {
    await checkDatabaseExists(fs, folder);
  }
  const keys = keysInFolder(fs, folder);
  const opened =
    encryption && (await (known === undefined ? settleKeys(keys, encryption) : openKeys(keys, encryption)));
  const driver = options.driver ?? (await loadSqlite());
  const path = databaseOf(folder);
  const form = opened && sealedForm(opened.dataKey);
  const database = await openSqlite({ driver, path, readOnly, clock: () => now().getTime(), form });
  try {
    await migrate(database);
    const format = known ?? (await settleFormat(fs, folder, newFormat(options)));
    checkEncryption(folder, format.encryption !== undefined, encryption);
    checkAlgorithm(folder, format, options.algorithm);
    if (!readOnly) await sweepTempFiles(fs, tempOf(folder), now().getTime());
    const parts = { fs, folder, database, format, liveness, readOnly, opened };
    return await localStore({ ...parts, now: () => now().getTime() });
  } catch (error) {
    await database.close();
    throw error;
  }
}

function checkAlgorithm(folder: string, { algorithm }: StoreFormat, wanted: string | undefined): void {
  if (wanted === undefined || wanted === algorithm) return;
  throw new CairnError(
    'conflict',
    `the store ${quote(folder)} has ${algorithm} digests, not ${quote(wanted)}`,
    {
      hint: 'Leave { algorithm } out, or choose another folder.',
    },
  );
}

function noStore(folder: string): CairnError {
  return new CairnError('not_found', `there is no store in ${quote(folder)}`, {
    hint: 'Check the path, or open it without { create: false } and { readOnly: true } to make one.',
  });
}
