import { join } from 'node:path';
import { nodeFileSystem } from '@cairn/file';
import { defaultChunker } from '../src/chunker/chunker-params.js';
import { openStore } from '../src/index.js';
import { type LocalStore, localStore } from '../src/local-store.js';
import type { Database } from '../src/sql/database.js';
import { openSqlite } from '../src/sql/sqlite/database.js';
import { loadSqlite } from '../src/sql/sqlite/driver.js';

/** Opens a store so that something happens before each call of its database. */
export async function openWrapped(folder: string, before: () => Promise<void>): Promise<LocalStore> {
  await (await openStore(folder)).close();
  const path = join(folder, 'cairn.db');
  const driver = await loadSqlite();
  const database = await openSqlite({ driver, path, readOnly: false, clock: Date.now });
  const wrapped: Database = {
    ...database,
    read: (step, options) => before().then(() => database.read(step, options)),
    snapshot: (step, options) => before().then(() => database.snapshot(step, options)),
    write: (step, options) => before().then(() => database.write(step, options)),
  };
  return localStore({
    fs: nodeFileSystem,
    folder,
    database: wrapped,
    format: { algorithm: 'blake3', chunker: defaultChunker },
    liveness: () => undefined,
    readOnly: false,
    now: Date.now,
  });
}
