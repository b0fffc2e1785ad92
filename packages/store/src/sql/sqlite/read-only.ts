import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CairnError, quote } from '@cairn/core';
import type { SqliteDriver, SqliteHandle } from './driver.js';
import { isCantOpen } from './errors.js';

/**
 * Opens a database to read it. Readers and writers find each other through a file beside the database, which can't be made
 * where the file system is read-only; but there nobody writes either, so the database is read without it.
 */
export function openReadOnly(driver: SqliteDriver, path: string): SqliteHandle {
  try {
    return openAndLook(driver, path);
  } catch (error) {
    if (!isCantOpen(error) || !isFileSystemReadOnly(path)) throw error;
  }
  if (hasLog(path)) {
    throw new CairnError(
      'storage_readonly',
      `the catalog ${quote(path)} was not closed, and can't be tidied up here`,
      {
        hint: 'Open the store once where it can be written to, then close it.',
      },
    );
  }
  return openAndLook(driver, `${pathToFileURL(path).href}?immutable=1`);
}

/** SQLite opens files when they are first needed. */
function openAndLook(driver: SqliteDriver, path: string): SqliteHandle {
  const handle = new driver.DatabaseSync(path, { readOnly: true });
  try {
    handle.prepare('SELECT count(*) AS tables FROM sqlite_schema').all();
    return handle;
  } catch (error) {
    handle.close();
    throw error;
  }
}

function isFileSystemReadOnly(path: string): boolean {
  try {
    accessSync(dirname(path), constants.W_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EROFS';
  }
}

/** Whether there are commits that were not brought into the database file. */
function hasLog(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}
