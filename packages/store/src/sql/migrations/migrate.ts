import { CairnError } from '@cairn/core';
import type { Database, Dialect } from '../database.js';
import { now, one, run, type Step } from '../step.js';
import type { Migration } from './ddl.js';

/** All changes of the schema, oldest first. A store's schema version is how many of them it has seen. */
const migrations: readonly (() => Promise<{ migration: Migration }>)[] = [
  () => import('./001-catalog.js'),
  () => import('./002-packs.js'),
  () => import('./003-access.js'),
  () => import('./004-restore.js'),
];

/** Brings the schema up to date; costs one look where it is already. @throws CairnError `unsupported_format`. */
export async function migrate(database: Database): Promise<void> {
  const { dialect } = database;
  const version = await database.read(() => schemaVersion(dialect));
  checkKnown(version);
  if (version === migrations.length) return;
  const pending = await Promise.all(migrations.map((load) => load()));
  const { ddlFor } = await import('./ddl.js');
  const ddl = ddlFor(dialect.name);
  const scripts = pending.map(({ migration }) => migration(ddl).map((statement) => statement.compile().sql));
  await database.write(() => applyPending(dialect, scripts));
}

/** Of any number of processes that get here at once, the first does it all and the others find nothing left to do. */
function* applyPending(dialect: Dialect, scripts: readonly (readonly string[])[]): Step<void> {
  for (const statement of dialect.lockSchema) yield* run(statement);
  const found = yield* schemaVersion(dialect);
  checkKnown(found);
  const appliedAt = yield* now();
  for (let version = found; version < scripts.length; version++) {
    for (const statement of scripts[version] ?? []) yield* run(statement);
    yield* run('INSERT INTO cairn_schema (version, applied_at) VALUES (?, ?)', [version + 1, appliedAt]);
  }
}

/** 0 for an empty database. */
function* schemaVersion(dialect: Dialect): Step<number> {
  const table = yield* one(dialect.tableExists, ['cairn_schema']);
  if (table === undefined) return 0;
  const row = yield* one('SELECT max(version) AS version FROM cairn_schema');
  return Number(row?.version ?? 0);
}

function checkKnown(version: number): void {
  if (version <= migrations.length) return;
  throw new CairnError(
    'unsupported_format',
    `the catalog has schema version ${version}, and this Cairn knows up to ${migrations.length}`,
    { hint: 'Update Cairn to the version that wrote it, or a later one.' },
  );
}
