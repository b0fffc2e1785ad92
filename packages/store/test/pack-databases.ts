import { join } from 'node:path';
import { newDataKey } from '../src/encryption/keys-text.js';
import { sealedForm } from '../src/encryption/sealed-form.js';
import type { Database } from '../src/sql/database.js';
import { migrate } from '../src/sql/migrations/migrate.js';
import { openPostgres } from '../src/sql/postgres/database.js';
import { openSqlite } from '../src/sql/sqlite/database.js';
import { loadSqlite } from '../src/sql/sqlite/driver.js';
import type { StoredForm } from '../src/sql/stored-form.js';
import { pglitePool } from './catalogs.js';
import { scratchFolder } from './scratch.js';

/** An empty index of packs in each kind of database. */
export const packDatabases: readonly (readonly [string, () => Promise<Database>])[] = [
  ['SQLite', () => sqlite()],
  ['SQLite that shows no digests', () => sqlite(sealedForm(newDataKey()))],
  ['PostgreSQL', async () => migrated(openPostgres({ pool: await pglitePool(), clock: () => 1 }))],
];

async function sqlite(form?: StoredForm): Promise<Database> {
  const path = join(scratchFolder(), 'cairn.db');
  const driver = await loadSqlite();
  return migrated(await openSqlite({ driver, path, readOnly: false, clock: () => 1, form }));
}

async function migrated(database: Database): Promise<Database> {
  await migrate(database);
  return database;
}
