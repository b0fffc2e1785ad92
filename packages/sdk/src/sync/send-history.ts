import {
  CairnError,
  type CallOptions,
  type Catalog,
  type CollectionRef,
  type CommitRequest,
  type CommitResult,
  type ErrorCode,
  type Store,
  type VersionRecord,
} from '@cairn/core';
import { storeAndCommit } from '../run/store-and-commit.js';
import { inOrder } from './in-order.js';
import { sendContents } from './send-contents.js';
import { contentKey, edgeKey, type OpenRun, type SentRuns, sendRuns } from './sent-runs.js';
import { type SentCollection, SentVersions } from './sent-versions.js';
import type { SyncedVersion, SyncResult } from './sync-result.js';

export interface SendHistory extends CallOptions {
  readonly from: Store;
  readonly to: Store;
  readonly scope: { readonly entity?: string | undefined; readonly project?: string | undefined };
  onBytes(count: number): void;
  onVersion(version: SyncedVersion): void;
}

/** The basis of who stored nothing: with it a commit finds a version that is there, and makes none. */
const noBasis = 'none';

/**
 * Does in one store what was done in another, as if it were done now, and each thing once. It needs no memory of what was
 * sent: a version is known by its digest, a call by the edge that it left, and a run that has ended there is complete. So it
 * may break off anywhere, be repeated, and go on in several processes at once.
 */
export async function sendHistory(sync: SendHistory): Promise<SyncResult> {
  const { from, to, scope, signal } = sync;
  // First the runs, with their states: what comes later of a run that has ended is all of it.
  const runs = await sendRuns(from.catalog, to.catalog, scope, signal);
  const sent = new SentVersions(to.catalog, signal);
  const versions: SyncedVersion[] = [];
  const collections = await collectionsOf(from.catalog, scope, runs, signal);
  const lists = collections.map((ref) =>
    from.catalog.listVersions({ ...ref, sort: { field: 'version' } }, { signal }),
  );
  for await (const record of inOrder(lists)) {
    signal?.throwIfAborted();
    const synced = await sendVersion(sync, runs, await sent.collectionOf(record), record);
    versions.push(synced);
    sync.onVersion(synced);
  }
  for (const open of runs.open.values()) await sendEdges(sync, open, sent);
  for (const collection of sent.collections.values()) await pointLatest(sync, collection);
  for (const { run } of runs.open.values()) {
    const { id, state, error } = run;
    if (state === 'finished' || state === 'failed')
      await to.catalog.finishRun(id, { state, error }, { signal });
  }
  return { runs: runs.started, versions };
}

/** Those that are meant, and those of other projects from which a run used something. */
async function collectionsOf(
  from: Catalog,
  scope: SendHistory['scope'],
  { open }: SentRuns,
  signal: AbortSignal | undefined,
): Promise<readonly CollectionRef[]> {
  const collections = new Map<string, CollectionRef>();
  const add = ({ entity, project, name }: CollectionRef) =>
    collections.set(`${entity}/${project}/${name}`, { entity, project, name });
  for await (const collection of from.listCollections(scope, { signal })) add(collection);
  for (const id of open.keys()) {
    for await (const version of from.versionsOfRun(id, 'input', { signal })) add(version);
  }
  return [...collections.values()];
}

async function sendVersion(
  sync: SendHistory,
  runs: SentRuns,
  collection: SentCollection,
  record: VersionRecord,
): Promise<SyncedVersion> {
  if (record.aliases.includes('latest')) collection.latest = record;
  const there = collection.versions.get(record.digest);
  if (there !== undefined) {
    collection.shared.add(record.digest);
    return synced(record, there.version, false);
  }
  const maker = await makerOf(sync, runs, record);
  const result = maker === 'deleted there' ? undefined : await sendWhole(sync, record, maker);
  if (result === undefined) return synced(record, undefined, false);
  noteLogged(collection, result.version);
  collection.shared.add(record.digest);
  return synced(record, result.version.version, result.created);
}

function synced({ entity, project, name, version }: VersionRecord, to: number | undefined, created: boolean) {
  return { entity, project, name, from: version, to, created };
}

function noteLogged(collection: SentCollection, { digest, id, version }: VersionRecord): void {
  collection.versions.set(digest, { id, version });
  collection.isTouched = true;
}

/** The run to log a version with that the other store lacks; none for one that was only used, or whose run isn't sent. */
async function makerOf(
  { from, signal }: SendHistory,
  { open, ended }: SentRuns,
  record: VersionRecord,
): Promise<OpenRun | undefined | 'deleted there'> {
  let wasSent = false;
  for (const direction of ['output', 'input'] as const) {
    for await (const { id } of from.catalog.runsOfVersion(record.id, direction, { signal })) {
      const run = open.get(id);
      if (ended.has(id) || run?.deleted.has(contentKey(record))) wasSent = true;
      else if (run !== undefined && direction === 'output') return run;
    }
  }
  return wasSent ? 'deleted there' : undefined;
}

/** @returns `undefined` when it was sent and deleted meanwhile. */
async function sendWhole(
  { from, to, signal, onBytes }: SendHistory,
  record: VersionRecord,
  maker: OpenRun | undefined,
): Promise<CommitResult | undefined> {
  const { digest, manifest: blob } = record;
  const blobs = to.blobsOf(record);
  try {
    const result = await storeAndCommit({
      blobs,
      signal,
      async store() {
        blobs.checkCount?.(record.entryCount);
        await sendContents(record, from.blobsOf(record), blobs, { signal, onBytes });
        return { manifest: { blob, digest } };
      },
      commit: (_, basis) => to.catalog.commitVersion(requestOf(record, basis, maker), { signal }),
    });
    maker?.edges.add(edgeKey('output', result.version.id));
    return result;
  } catch (error) {
    // Another process has sent all of the run, this version too.
    if (maker === undefined || !CairnError.is(error, 'run_finished')) throw error;
    const version = await to.catalog.findVersion(record, { digest }, { signal });
    return version && { version, created: false };
  }
}

function requestOf(record: VersionRecord, basis: string, maker: OpenRun | undefined): CommitRequest {
  const { entity, project, name, type, digest, manifest, entryCount, size } = record;
  const { description, metadata, aliases, tags, ttl } = record;
  return {
    ...{ entity, project, name, type, digest, manifest, entryCount, size },
    ...{ description, metadata, tags, ttl },
    aliases: aliases.filter((alias) => alias !== 'latest'),
    basis,
    edge: maker && { runId: maker.run.id, direction: 'output' },
  };
}

/** Records what a run logged and used, in its order, of what is there. */
async function sendEdges(sync: SendHistory, open: OpenRun, sent: SentVersions): Promise<void> {
  const { from, to, signal } = sync;
  const { run, edges, deleted } = open;
  try {
    for (const direction of ['output', 'input'] as const) {
      for await (const record of from.catalog.versionsOfRun(run.id, direction, { signal })) {
        const there = sent.find(record);
        if (there === undefined || deleted.has(contentKey(record))) continue;
        if (edges.has(edgeKey(direction, there.id))) continue;
        if (direction === 'output') await logAgain(sync, await sent.collectionOf(record), record, open);
        else await unlessDeleted(to.catalog.recordUse(run.id, there.id, { signal }), 'not_found');
      }
    }
  } catch (error) {
    // Another process has sent all of it.
    if (!CairnError.is(error, 'run_finished')) throw error;
  }
}

/** Logs a version that is there: only `latest` moves, for where the other aliases were then nobody knows. */
async function logAgain(
  { to, signal }: SendHistory,
  collection: SentCollection,
  record: VersionRecord,
  maker?: OpenRun,
): Promise<void> {
  const request = { ...requestOf(record, noBasis, maker), aliases: [] };
  const logged = await unlessDeleted(to.catalog.commitVersion(request, { signal }), 'conflict');
  if (logged !== undefined) noteLogged(collection, logged.version);
}

/**
 * Points `latest` at what it is here: after something was logged, and where the other store has nothing but what came from
 * here, since it may have broken off before.
 */
async function pointLatest(sync: SendHistory, collection: SentCollection): Promise<void> {
  const { latest, latestThere, versions, shared, isTouched } = collection;
  if (latest === undefined || !versions.has(latest.digest)) return;
  if (isTouched) {
    // Another process may send the same and be behind, or ahead. What others log at this moment is later than all of this.
    const { catalog } = sync.to;
    const now = await catalog.findVersion(latest, { alias: 'latest' }, { signal: sync.signal });
    if (now !== undefined && (now.digest === latest.digest || !shared.has(now.digest))) return;
  } else if (latest.digest === latestThere || shared.size < versions.size) return;
  await logAgain(sync, collection, latest);
}

/** What is deleted in the other store while it is sent stays deleted. */
async function unlessDeleted<T>(work: Promise<T>, code: ErrorCode): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (CairnError.is(error, code)) return undefined;
    throw error;
  });
}
