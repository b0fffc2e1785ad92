import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { nodeFileSystem } from '@cairn/file';
import { Pool } from 'pg';
import { onTestFinished } from 'vitest';
import type { Actor, NewKey, Principal } from '../src/access/principal.js';
import { defaultChunker } from '../src/chunker/chunker-params.js';
import { newDataKey } from '../src/encryption/keys-text.js';
import { sealedForm } from '../src/encryption/sealed-form.js';
import type { LocalStore } from '../src/index.js';
import { localStore } from '../src/local-store.js';
import type { Database } from '../src/sql/database.js';
import { migrate } from '../src/sql/migrations/migrate.js';
import { openPostgres } from '../src/sql/postgres/database.js';
import { openSqlite } from '../src/sql/sqlite/database.js';
import { loadSqlite } from '../src/sql/sqlite/driver.js';
import type { StoredForm } from '../src/sql/stored-form.js';
import { makeStoreFolder } from '../src/store-folder.js';
import { pglitePool, postgresUrl } from './catalogs.js';
import { scratchFolder } from './scratch.js';

/** A new store whose clock a test sets, its packs in a folder and the rest in some kind of database. */
export interface AccessPlace {
  readonly store: LocalStore;
  readonly database: Database;
  /** The same store as another process has it open. */
  openAgain(): Promise<LocalStore>;
  advance(milliseconds: number): void;
}

type OpenDatabase = (clock: () => number) => Promise<Database>;

export const startTime: number = Date.UTC(2030, 0, 1);

export const accessPlaces: readonly (readonly [string, () => Promise<AccessPlace>])[] = [
  ['SQLite', () => openPlace(sqliteIn(scratchFolder()))],
  ['PostgreSQL in this process', async () => openPlace(postgresOver(await pglitePool()))],
  ...(postgresUrl === undefined ? [] : [['PostgreSQL', () => serverPlace(postgresUrl as string)] as const]),
];

/** The same and, for what has to do with digests, databases that show none. */
export const digestPlaces: typeof accessPlaces = [
  ...accessPlaces,
  ['SQLite that shows no digests', () => openPlace(sqliteIn(scratchFolder(), sealedForm(newDataKey())))],
  ...(postgresUrl === undefined
    ? []
    : [
        [
          'PostgreSQL that shows no digests',
          () => serverPlace(postgresUrl as string, sealedForm(newDataKey())),
        ] as const,
      ]),
];

/** Of the machine itself: may do everything. */
export const machine: Actor = {};

async function openPlace(openDatabase: OpenDatabase): Promise<AccessPlace> {
  const folder = join(scratchFolder(), 'store');
  await makeStoreFolder(nodeFileSystem, folder);
  let now = startTime;
  const open = async () => {
    const database = await openDatabase(() => now);
    await migrate(database);
    const store = await localStore({
      fs: nodeFileSystem,
      folder,
      database,
      format: { algorithm: 'blake3', chunker: defaultChunker },
      liveness: () => true,
      readOnly: false,
      now: () => now,
    });
    onTestFinished(() => store.close());
    return { store, database };
  };
  return {
    ...(await open()),
    openAgain: async () => (await open()).store,
    advance(milliseconds) {
      now += milliseconds;
    },
  };
}

function sqliteIn(folder: string, form?: StoredForm): OpenDatabase {
  const path = join(folder, 'cairn.db');
  return async (clock) => openSqlite({ driver: await loadSqlite(), path, readOnly: false, clock, form });
}

function postgresOver(pool: Parameters<typeof openPostgres>[0]['pool'], form?: StoredForm): OpenDatabase {
  return async (clock) => openPostgres({ pool, clock, form });
}

async function serverPlace(url: string, form?: StoredForm): Promise<AccessPlace> {
  const schema = `cairn_test_${randomUUID().replaceAll('-', '')}`;
  const pool = new Pool({ connectionString: url, options: `-c search_path=${schema}` });
  await pool.query(`CREATE SCHEMA ${schema}`);
  onTestFinished(async () => {
    await pool.query(`DROP SCHEMA ${schema} CASCADE`);
    await pool.end();
  });
  return openPlace(postgresOver(pool, form));
}

/** A user with a key, and who has it. */
export async function enter(
  { access }: LocalStore,
  key: Partial<NewKey> & Pick<NewKey, 'user' | 'scopes'>,
): Promise<{ readonly secret: string; readonly principal: Principal; readonly by: Actor }> {
  await access.createUser({ name: key.user }, machine).catch(() => undefined);
  const { secret } = await access.createKey({ name: 'key', ...key }, machine);
  const principal = await access.authenticate(secret);
  return { secret, principal, by: { principal } };
}

/** A server admin. */
export async function enterAsAdmin(store: LocalStore): ReturnType<typeof enter> {
  await store.access.createUser({ name: 'root', isAdmin: true }, machine);
  return enter(store, { user: 'root', scopes: [{ entity: '*', project: '*', role: 'admin' }] });
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
