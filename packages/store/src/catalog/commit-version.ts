import {
  type CommitRequest,
  type CommitResult,
  checkCommit,
  outdatedBasis,
  type VersionRecord,
} from '@cairn/core';
import { holdEpoch } from '../packs/pack-index.js';
import { tuples } from '../sql/fragment.js';
import { now, one, run, type Step, storedForm } from '../sql/step.js';
import { type DigestForm, toStoredName } from '../sql/stored-form.js';
import { toStoredJson } from '../sql/stored-json.js';
import { moveAliases, writeAliases } from './aliases.js';
import { type CollectionState, claimCollection } from './collections.js';
import { recordEdge } from './edges.js';
import { requireOpenRun } from './runs.js';
import { toTime, toVersionId, toVersionRecord, versionColumns } from './version-rows.js';

const byDigest = `SELECT ${versionColumns} FROM versions v JOIN collections c ON c.id = v.collection_id
  WHERE v.collection_id = ? AND v.digest = ? AND v.deleted_at IS NULL`;

export function* commitVersion(unchecked: CommitRequest): Step<CommitResult> {
  const request = checkCommit(unchecked);
  const { edge } = request;
  if (edge !== undefined) yield* requireOpenRun(edge.runId);
  const at = yield* now();
  const collection = yield* claimCollection(request, at);
  const form = yield* storedForm();
  const digests = form.ofProject(request);
  const existing = yield* one(byDigest, [collection.id, toStoredName(digests, request.digest)]);
  if (existing === undefined) {
    const { basis } = request;
    const epoch = String(yield* holdEpoch());
    if (basis !== undefined && basis !== epoch) throw outdatedBasis();
    const { row, version } = yield* addVersion(request, collection, digests, at);
    if (edge !== undefined) yield* recordEdge(edge.runId, edge.direction, row);
    return { version, created: true };
  }
  const row = Number(existing.id);
  const found = toVersionRecord(existing, form);
  if (edge !== undefined) yield* recordEdge(edge.runId, edge.direction, row);
  const version = edge?.direction === 'input' ? found : yield* pointTo(request, collection, row, found);
  return { version, created: false };
}

function* addVersion(
  request: CommitRequest,
  collection: CollectionState,
  digests: DigestForm,
  at: number,
): Step<{ row: number; version: VersionRecord }> {
  const { entity, project, name, type, digest, manifest, entryCount, size, description, metadata, ttl } =
    request;
  const inserted = yield* one(
    `INSERT INTO versions (collection_id, version, digest, manifest, entry_count, size, description, metadata, ttl, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
    [
      collection.id,
      collection.nextVersion,
      toStoredName(digests, digest),
      toStoredName(digests, manifest),
      entryCount,
      size,
      description === undefined ? null : toStoredJson(description),
      toStoredJson(metadata),
      ttl ?? null,
      at,
    ],
  );
  const row = Number(inserted?.id);
  yield* addTags(row, request.tags);
  const aliases = [...request.aliases, 'latest'];
  const aliasRevision = yield* writeAliases(
    collection,
    aliases.map((alias) => [alias, row]),
  );
  yield* run('UPDATE collections SET next_version = ?, alias_revision = ?, updated_at = ? WHERE id = ?', [
    collection.nextVersion + 1,
    aliasRevision,
    at,
    collection.id,
  ]);
  const version: VersionRecord = {
    entity,
    project,
    name,
    id: toVersionId(row),
    type,
    version: collection.nextVersion,
    digest,
    manifest,
    entryCount,
    size,
    ...(description === undefined ? {} : { description }),
    metadata,
    aliases: aliases.sort(),
    tags: [...request.tags].sort(),
    ...(ttl === undefined ? {} : { ttl }),
    createdAt: toTime(at),
    aliasRevision,
  };
  return { row, version };
}

/** Moves the aliases of a request, and `latest`, to a version that is there already. Writes nothing if they are there. */
function* pointTo(
  request: CommitRequest,
  collection: CollectionState,
  row: number,
  found: VersionRecord,
): Step<VersionRecord> {
  const missing = [...request.aliases, 'latest'].filter((alias) => !found.aliases.includes(alias));
  const aliasRevision = yield* moveAliases(
    collection,
    missing.map((alias) => [alias, row]),
  );
  return { ...found, aliases: [...found.aliases, ...missing].sort(), aliasRevision };
}

export function* addTags(versionRow: number, tags: readonly string[]): Step<void> {
  if (tags.length === 0) return;
  yield* run(
    `INSERT INTO tags (version_id, tag) VALUES ${tuples(tags.length, 2)}`,
    tags.flatMap((tag) => [versionRow, tag]),
  );
}
