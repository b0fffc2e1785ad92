import { join } from 'node:path';
import type { Database } from '../src/sql/database.js';
import { migrate } from '../src/sql/migrations/migrate.js';
import { openPostgres } from '../src/sql/postgres/database.js';
import { openSqlite } from '../src/sql/sqlite/database.js';
import { loadSqlite } from '../src/sql/sqlite/driver.js';
import { pglitePool } from './catalogs.js';
import { scratchFolder } from './scratch.js';

/** An empty index of packs in each kind of database. */
export const packDatabases: readonly (readonly [string, () => Promise<Database>])[] = [
  [
    'SQLite',
    async () => {
      const path = join(scratchFolder(), 'cairn.db');
      const driver = await loadSqlite();
      return migrated(await openSqlite({ driver, path, readOnly: false, clock: () => 1 }));
    },
  ],
  ['PostgreSQL', async () => migrated(openPostgres({ pool: await pglitePool(), clock: () => 1 }))],
];

async function migrated(database: Database): Promise<Database> {
  await migrate(database);
  return database;
}
