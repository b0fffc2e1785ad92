import type { CallOptions, ContentDigest, ProjectRef } from '@cairn/core';
import { lockEpoch } from '../packs/pack-index.js';
import type { Database } from '../sql/database.js';
import { all, one, type Step } from '../sql/step.js';
import { fromStoredName } from '../sql/stored-form.js';

const pageCount = 200;

/** A version that is not deleted, as far as maintenance cares. */
export interface VersionRow {
  readonly id: number;
  /** `name:v3`, with the entity and the project before it. */
  readonly label: string;
  readonly project: ProjectRef;
  readonly digest: ContentDigest;
  readonly manifest: ContentDigest;
}

/** The versions that were made after one and are not deleted, the oldest first. */
export async function* versionsAfter(
  database: Database,
  after: number,
  options: CallOptions,
): AsyncGenerator<VersionRow, void, undefined> {
  for (let last = after; ; ) {
    const rows = await database.read(
      () =>
        all(
          `SELECT v.id, v.version, v.digest, v.manifest, c.entity, c.project, c.name
           FROM versions v JOIN collections c ON c.id = v.collection_id
           WHERE v.id > ? AND v.deleted_at IS NULL ORDER BY v.id LIMIT ${pageCount}`,
          [last],
        ),
      options,
    );
    for (const row of rows) {
      last = Number(row.id);
      const [entity, project] = [String(row.entity), String(row.project)];
      const ref = { entity, project };
      const form = database.form.ofProject(ref);
      yield {
        id: last,
        label: `${entity}/${project}/${row.name}:v${row.version}`,
        project: ref,
        digest: fromStoredName(form, row.digest),
        manifest: fromStoredName(form, row.manifest),
      };
    }
    if (rows.length < pageCount) return;
  }
}

/** How far a look at all versions goes. */
export interface Newest {
  /** The newest version that was ever made, deleted or not; 0 if there is none. */
  readonly newest: number;
  /** How often a deleted version was restored. */
  readonly restores: number;
}

export async function newestVersion(database: Database, options: CallOptions): Promise<Newest> {
  return database.write(function* () {
    yield* lockEpoch();
    const newest = Number((yield* one('SELECT max(id) AS id FROM versions'))?.id ?? 0);
    return { newest, restores: yield* readRestores() };
  }, options);
}

export function* readRestores(): Step<number> {
  const row = yield* one("SELECT value FROM engine_state WHERE name = 'restores'");
  return Number(row?.value ?? 0);
}

export async function isDeleted(database: Database, id: number, options: CallOptions): Promise<boolean> {
  const row = await database.read(
    () => one('SELECT 1 AS found FROM versions WHERE id = ? AND deleted_at IS NULL', [id]),
    options,
  );
  return row === undefined;
}
