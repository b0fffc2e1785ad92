import type { Catalog } from '@cairn/core';
import { isOwnerAlive } from '../run-owner.js';
import { migrate } from '../sql/migrations/migrate.js';
import { openPostgres } from '../sql/postgres/database.js';
import type { PostgresPool } from '../sql/postgres/pool.js';
import { sqlCatalog } from './catalog.js';
import type { Liveness } from './run-rows.js';

export interface PostgresCatalogOptions {
  /**
   * Where to take connections from, such as a `Pool` of the package `pg`. It stays the caller's, who ends it. The catalog's
   * tables are in the first schema of its `search_path`.
   */
  readonly pool: PostgresPool;
  /** The clock. Default: the server's. */
  readonly now?: (() => Date) | undefined;
  /** Whether the process of a run is alive. Default: looks for it if it is one of this machine. */
  readonly liveness?: Liveness | undefined;
}

/**
 * A catalog in PostgreSQL 14 or later, for stores that several machines share. Makes the tables it needs, or brings them up
 * to date; any number of processes may do so at once.
 *
 * @example
 * const catalog = await postgresCatalog({ pool: new Pool({ connectionString }) });
 * @throws CairnError `unavailable`, `unauthenticated`, `forbidden`; `unsupported_format` when a later version made the
 * tables.
 */
export async function postgresCatalog(options: PostgresCatalogOptions): Promise<Catalog> {
  const { pool, now, liveness = isOwnerAlive } = options;
  const database = openPostgres({ pool, clock: now === undefined ? undefined : () => now().getTime() });
  await migrate(database);
  return sqlCatalog(database, { liveness });
}
