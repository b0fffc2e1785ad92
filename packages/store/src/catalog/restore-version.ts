import { CairnError, loggedAgain, quote, type VersionRecord } from '@cairn/core';
import { holdEpoch } from '../packs/pack-index.js';
import { one, run, type Step, storedForm } from '../sql/step.js';
import { moveAliases } from './aliases.js';
import { lockCollectionOf } from './collections.js';
import { noVersion, requireVersion } from './find-version.js';
import { fromVersionId, toVersionRecord, versionColumns } from './version-rows.js';

const byId = `SELECT ${versionColumns}, v.deleted_epoch FROM versions v JOIN collections c ON c.id = v.collection_id
  WHERE v.id = ?`;

/**
 * All that a version needs was there when it was deleted, and is there as long as nothing was condemned since. A collection
 * of garbage that has marked already, but not condemned, sees by the count of restored versions that it has to mark again.
 */
export function* restoreVersion(versionId: string): Step<VersionRecord> {
  const id = fromVersionId(versionId);
  const collection = yield* lockCollectionOf(versionId);
  const row = yield* one(byId, [id]);
  if (row === undefined) throw noVersion(versionId);
  const version = toVersionRecord(row, yield* storedForm());
  if (row.deleted_at === null) return version;
  const label = `${version.entity}/${version.project}/${version.name}`;
  const same = yield* one(
    'SELECT version FROM versions WHERE collection_id = ? AND digest = ? AND deleted_at IS NULL',
    [collection.id, String(row.digest)],
  );
  if (same !== undefined) throw loggedAgain(label, version.version, Number(same.version));
  const epoch = yield* holdEpoch();
  if (row.deleted_epoch === null || Number(row.deleted_epoch) !== epoch) throw collected(label, version);

  yield* run('UPDATE versions SET deleted_at = NULL, deleted_epoch = NULL WHERE id = ?', [id]);
  yield* run(
    `INSERT INTO engine_state (name, value) VALUES ('restores', 1)
     ON CONFLICT (name) DO UPDATE SET value = engine_state.value + 1`,
  );
  // Its project may never have had links to what it holds: they are made of versions that are not deleted.
  yield* run(
    'UPDATE projects SET linked_version = ? WHERE entity = ? AND project = ? AND linked_version >= ?',
    [id - 1, version.entity, version.project, id],
  );
  const higher = yield* one(
    `SELECT 1 AS found FROM aliases a JOIN versions v ON v.id = a.version_id
     WHERE a.collection_id = ? AND a.alias = 'latest' AND v.version > ?`,
    [collection.id, version.version],
  );
  if (higher === undefined) yield* moveAliases(collection, [['latest', id]]);
  return toVersionRecord(yield* requireVersion(versionId), yield* storedForm());
}

function collected(label: string, { version }: VersionRecord): CairnError {
  return new CairnError(
    'not_found',
    `v${version} of ${quote(label)} was deleted, and garbage collection has removed what it needs since`,
    { hint: 'Log its files again, or take it from a backup that is older.' },
  );
}
