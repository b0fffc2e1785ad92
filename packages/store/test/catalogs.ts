import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Catalog } from '@cairn/core';
import { PGlite } from '@electric-sql/pglite';
import { Pool } from 'pg';
import { sqlCatalog } from '../src/catalog/catalog.js';
import { isOwnerAlive } from '../src/run-owner.js';
import type { Database } from '../src/sql/database.js';
import { migrate } from '../src/sql/migrations/migrate.js';
import { openPostgres } from '../src/sql/postgres/database.js';
import type { PostgresPool } from '../src/sql/postgres/pool.js';
import { openSqlite } from '../src/sql/sqlite/database.js';
import { loadSqlite } from '../src/sql/sqlite/driver.js';
import type { StoredForm } from '../src/sql/stored-form.js';

/** An empty place for a catalog, and how to open it: once for every process that would use it. */
export interface Place {
  open(options?: PlaceOptions): Promise<Catalog>;
  dispose(): Promise<void>;
}

/** A PostgreSQL server that may be used for tests; each place there gets a schema of its own. */
export const postgresUrl: string | undefined = process.env.CAIRN_TEST_POSTGRES_URL;

export interface PlaceOptions {
  readonly now?: () => Date;
  /** Small, so that a short list has several pages. */
  readonly pageSize?: number;
}

/** @param form Default: digests as they are. */
export async function sqlitePlace(form?: StoredForm): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-catalog-'));
  const driver = await loadSqlite();
  const databases: Database[] = [];
  return {
    async open({ now = () => new Date(), pageSize } = {}) {
      const path = join(folder, 'cairn.db');
      const clock = () => now().getTime();
      const database = await openSqlite({ driver, path, readOnly: false, clock, form });
      databases.push(database);
      await migrate(database);
      return sqlCatalog(database, { liveness: isOwnerAlive, pageSize });
    },
    async dispose() {
      await Promise.all(databases.map((database) => database.close()));
      await rm(folder, { recursive: true });
    },
  };
}

/** PostgreSQL compiled to WebAssembly, in memory: one session, which is lent to one user after the other. */
async function startPglite(): Promise<(schema: string) => PostgresPool> {
  const server = await PGlite.create();
  let last: Promise<unknown> = Promise.resolve();
  return (schema) => ({
    async connect() {
      const before = last;
      const { promise, resolve } = deferred();
      last = promise;
      await before;
      await server.exec(`SET search_path TO ${schema}`);
      return { query: (text, values) => server.query(text, values), release: () => resolve() };
    },
  });
}

/** How long it may take on a busy machine until PostgreSQL runs inside this process. */
export const startLimitMs = 120_000;

let pglite: ReturnType<typeof startPglite> | undefined;

/** A schema of its own in a PostgreSQL that runs inside this process. */
export async function pglitePool(schema: string = newSchema()): Promise<PostgresPool> {
  pglite ??= startPglite();
  const pool = (await pglite)(schema);
  await query(pool, `CREATE SCHEMA ${schema}`);
  return pool;
}

export async function pglitePlace(): Promise<Place> {
  const schema = newSchema();
  const pool = await pglitePool(schema);
  return {
    open: (options) => openPostgresCatalog(pool, options),
    dispose: () => query(pool, `DROP SCHEMA ${schema} CASCADE`),
  };
}

/** A pool whose connections are in a schema of its own. */
export interface PlacedPool {
  readonly pool: PostgresPool;
  /** Drops the schema. */
  dispose(): Promise<void>;
}

/** A schema of its own in the server that a URL names. */
async function postgresPool(url: string): Promise<PlacedPool> {
  const schema = newSchema();
  const pool = new Pool({ connectionString: url, options: `-c search_path=${schema}` });
  await query(pool, `CREATE SCHEMA ${schema}`);
  return {
    pool,
    async dispose() {
      await query(pool, `DROP SCHEMA ${schema} CASCADE`);
      await pool.end();
    },
  };
}

/** The same in the server that tests may use, or else in this process. */
export async function anyPostgresPool(): Promise<PlacedPool> {
  if (postgresUrl !== undefined) return postgresPool(postgresUrl);
  const schema = newSchema();
  const pool = await pglitePool(schema);
  return { pool, dispose: () => query(pool, `DROP SCHEMA ${schema} CASCADE`) };
}

export async function postgresPlace(url: string, form?: StoredForm): Promise<Place> {
  const { pool, dispose } = await postgresPool(url);
  return { open: (options) => openPostgresCatalog(pool, options, form), dispose };
}

/** Like `postgresCatalog`, for lists with small pages too. */
export async function openPostgresCatalog(
  pool: PostgresPool,
  options: PlaceOptions = {},
  form?: StoredForm,
): Promise<Catalog> {
  const { now, pageSize } = options;
  const database = openPostgres({ pool, clock: now && (() => now().getTime()), form });
  await migrate(database);
  return sqlCatalog(database, { liveness: isOwnerAlive, pageSize });
}

function newSchema(): string {
  return `cairn_test_${randomUUID().replaceAll('-', '')}`;
}

async function query(pool: PostgresPool, text: string): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query(text);
  } finally {
    client.release();
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
