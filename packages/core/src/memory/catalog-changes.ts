import { checkCommit, checkPatch, loggedAgain, outdatedBasis } from '../catalog-checks.js';
import { CairnError } from '../errors.js';
import { canonicalJson } from '../json.js';
import { quote } from '../printable.js';
import type { CommitRequest, VersionPatch } from '../seams/catalog.js';
import { memoryBasis } from './basis.js';
import {
  aliasesOf,
  type CollectionRow,
  keyOf,
  liveVersions,
  moveAlias,
  type RunRow,
  type Tables,
  type VersionRow,
} from './catalog-rows.js';

/* The steps that change something. Each checks all it needs before its first change, so it happens as a whole or not. */

export function commitVersion(
  tables: Tables,
  unchecked: CommitRequest,
  now: Date,
): { row: VersionRow; created: boolean } {
  const request = checkCommit(unchecked);
  const { edge } = request;
  const run = edge === undefined ? undefined : openRun(tables, edge.runId);
  const known = tables.collections.get(keyOf(request));
  if (known !== undefined && known.type !== request.type) {
    throw new CairnError(
      'type_mismatch',
      `${quote(keyOf(request))} holds artifacts of type ${quote(known.type)}, not ${quote(request.type)}`,
      { hint: 'Use that type, or another name.' },
    );
  }
  const existing = known && liveVersions(known).find(({ content }) => content.digest === request.digest);
  const { basis = memoryBasis } = request;
  if (existing === undefined && basis !== memoryBasis) throw outdatedBasis();
  const collection = known ?? addCollection(tables, request, now);
  const row = existing ?? addVersion(tables, collection, request, now);
  if (existing === undefined || edge?.direction !== 'input') {
    for (const alias of [...request.aliases, 'latest']) moveAlias(collection, alias, row);
  }
  if (run !== undefined && edge !== undefined) link(run, row, edge.direction);
  return { row, created: existing === undefined };
}

/** A run that can still log and use. */
export function openRun(tables: Tables, id: string): RunRow {
  const run = tables.runs.get(id);
  if (run === undefined) throw new CairnError('not_found', `there is no run ${quote(id)}`);
  if (run.end !== undefined) {
    throw new CairnError('run_finished', `the run ${quote(id)} has ended`, { hint: 'Start another one.' });
  }
  return run;
}

/** A version that is not deleted. */
export function liveVersion(tables: Tables, id: string): VersionRow {
  const row = tables.versions.get(id);
  if (row === undefined || row.deleted) throw new CairnError('not_found', `there is no version ${quote(id)}`);
  return row;
}

export function link(run: RunRow, row: VersionRow, direction: 'input' | 'output'): void {
  (direction === 'input' ? run.used : run.logged).add(row);
  (direction === 'input' ? row.usedBy : row.loggedBy).add(run);
}

function addCollection(tables: Tables, request: CommitRequest, now: Date): CollectionRow {
  const { entity, project, name, type } = request;
  const collection: CollectionRow = {
    ref: { entity, project, name },
    type,
    createdAt: now,
    versions: [],
    holders: new Map(),
    revision: 0,
    movedAt: new Map(),
  };
  tables.collections.set(keyOf(request), collection);
  return collection;
}

function addVersion(
  tables: Tables,
  collection: CollectionRow,
  request: CommitRequest,
  now: Date,
): VersionRow {
  const { digest, manifest, entryCount, size, description, metadata, tags, ttl } = request;
  const row: VersionRow = {
    // A colon can't be in the id of a run: the two share the ids of a lineage graph.
    id: `version:${tables.versions.size}`,
    collection,
    number: collection.versions.length,
    content: { digest, manifest, entryCount, size },
    createdAt: now,
    description,
    metadata,
    tags,
    ttl,
    deleted: false,
    usedBy: new Set(),
    loggedBy: new Set(),
  };
  collection.versions.push(row);
  tables.versions.set(row.id, row);
  return row;
}

export function updateVersion(tables: Tables, id: string, unchecked: VersionPatch): VersionRow {
  const { description, metadata, tags, ttl, aliases } = checkPatch(unchecked);
  const row = liveVersion(tables, id);
  const stale = [
    description !== undefined && description.from !== row.description && 'description',
    metadata !== undefined && canonicalJson(metadata.from) !== canonicalJson(row.metadata) && 'metadata',
    tags !== undefined && !hasSameMembers(tags.from, row.tags) && 'tags',
    ttl !== undefined && ttl.from !== row.ttl && 'ttl',
    aliases !== undefined && hasMoved(row.collection, aliases) && 'aliases',
  ].filter((field) => field !== false);
  if (stale.length > 0) {
    throw new CairnError(
      'conflict',
      `someone else changed the ${stale.join(', ')} of this version meanwhile`,
      {
        hint: 'Get the version again, and repeat the change if it still makes sense.',
      },
    );
  }
  if (description !== undefined) row.description = description.to;
  if (metadata !== undefined) row.metadata = metadata.to;
  if (tags !== undefined) row.tags = tags.to;
  if (ttl !== undefined) row.ttl = ttl.to;
  for (const alias of aliases?.remove ?? []) {
    if (row.collection.holders.get(alias) === row) moveAlias(row.collection, alias, undefined);
  }
  for (const alias of aliases?.add ?? []) moveAlias(row.collection, alias, row);
  return row;
}

function hasMoved({ movedAt }: CollectionRow, aliases: NonNullable<VersionPatch['aliases']>): boolean {
  return [...aliases.add, ...aliases.remove].some((alias) => (movedAt.get(alias) ?? 0) > aliases.revision);
}

function hasSameMembers(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify([...new Set(a)].sort()) === JSON.stringify([...new Set(b)].sort());
}

export function deleteVersion(tables: Tables, id: string, deleteAliases: boolean): void {
  const row = liveVersion(tables, id);
  const { collection } = row;
  const aliases = aliasesOf(row);
  const others = aliases.filter((alias) => alias !== 'latest');
  if (others.length > 0 && !deleteAliases) {
    throw new CairnError(
      'conflict',
      `v${row.number} of ${quote(keyOf(collection.ref))} is still ${others.map(quote).join(', ')}`,
      { hint: 'Move its aliases first, or pass { deleteAliases: true }.' },
    );
  }
  row.deleted = true;
  for (const alias of others) moveAlias(collection, alias, undefined);
  if (aliases.includes('latest')) moveAlias(collection, 'latest', liveVersions(collection).at(-1));
}

/** Nothing collects the garbage of a memory store, so that all can be restored. */
export function restoreVersion(tables: Tables, id: string): VersionRow {
  const row = tables.versions.get(id);
  if (row === undefined) throw new CairnError('not_found', `there is no version ${quote(id)}`);
  if (!row.deleted) return row;
  const { collection, content, number } = row;
  const same = liveVersions(collection).find((other) => other.content.digest === content.digest);
  if (same !== undefined) throw loggedAgain(keyOf(collection.ref), number, same.number);
  row.deleted = false;
  const latest = collection.holders.get('latest');
  if (latest === undefined || latest.number < number) moveAlias(collection, 'latest', row);
  return row;
}
