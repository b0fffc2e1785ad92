export { type PostgresCatalogOptions, postgresCatalog } from './catalog/postgres-catalog.js';
export type { Liveness } from './catalog/run-rows.js';
export type { PostgresClient, PostgresPool } from './sql/postgres/pool.js';
export type { DirectPart, DirectPlan, DirectRange } from './team/direct-reads.js';
export type { OwnerOptions, WritePlan } from './team/direct-writes.js';
export { openTeamStore, type TeamStore, type TeamStoreOptions } from './team/open-team-store.js';
