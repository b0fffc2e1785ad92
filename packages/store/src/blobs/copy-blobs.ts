import {
  type AnyIterable,
  type Batched,
  batched,
  batchesOf,
  type CallOptions,
  type CopyRequest,
  type CopyResult,
  type TransferOptions,
  untilAborted,
} from '@cairn/core';
import type { FileSystem } from '@cairn/file';
import { lookAt } from '../packs/look-at.js';
import { rawDigest, recipeKind } from '../packs/pack-format.js';
import { keyOf, type Location, readEpoch } from '../packs/pack-index.js';
import type { Restored, Target } from '../restore/restore-files.js';
import type { Database } from '../sql/database.js';
import { type Group, groupByFolder, isOfFiles } from '../stat-cache/group-by-folder.js';
import { type SeenGroup, StatCache } from '../stat-cache/stat-cache.js';
import { WrittenFiles } from '../stat-cache/written-files.js';
import type { Port, SharedPorts } from '../threads/ports.js';
import { copyLarge } from './copy-large.js';
import { type CopyOneContext, copySlowly } from './copy-slowly.js';
import { HeldPorts } from './held-ports.js';
import { inParallel } from './in-parallel.js';
import { placeRecords } from './place-records.js';
import { missing } from './read-blob.js';

export interface CopyContext extends CopyOneContext {
  readonly fs: FileSystem;
  readonly database: Database;
  readonly ports: SharedPorts;
  readonly readOnly: boolean;
}

/** How many files are made before anybody can break off. */
const filesAtOnce = 128;

interface Wanted extends CopyRequest {
  /** Its place among all requests. */
  readonly index: number;
  /** The bytes of its digest. */
  readonly raw: Uint8Array;
  readonly group: SeenGroup;
}

interface Located {
  readonly wanted: Wanted;
  /** Of its record: its bytes, or how they are put together. */
  readonly location: Location;
}

type Job =
  | { readonly kind: 'right'; readonly results: readonly CopyResult[] }
  | { readonly kind: 'copy'; readonly files: readonly Wanted[] };

/**
 * Makes files of blobs; see `BlobStore.copyTo`. They are copies, never links, and not synced: what a power cut takes of them
 * is fetched again by the next call.
 */
export function copyBlobs(
  context: CopyContext,
  requests: AnyIterable<CopyRequest>,
  options: TransferOptions,
): Batched<CopyResult> {
  return batched(() => copyInBatches(context, requests, options));
}

async function* copyInBatches(
  context: CopyContext,
  requests: AnyIterable<CopyRequest>,
  options: TransferOptions,
): AsyncGenerator<readonly CopyResult[], void, undefined> {
  const { database, ports: shared } = context;
  const seen = new StatCache(context, await database.read(readEpoch, options));
  const written = new WrittenFiles(context.fs);
  const ports = new HeldPorts(shared);
  const { signal } = options;
  const over = new AbortController();
  const ended = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
  // What is there needn't be waited for, and each job looks at the signal.
  const items =
    Symbol.iterator in requests ? requests : batched(() => untilAborted(batchesOf(requests), signal));
  const jobs = intoJobs(context, seen, items, options);
  const run = async (job: Job) =>
    job.kind === 'right'
      ? job.results
      : copyBatch(context, ports, written, job.files, { ...options, signal: ended });
  try {
    yield* inParallel(jobs, shared.limit, run, () => over.abort());
  } finally {
    await ports.end();
  }
  if (context.readOnly) return;
  await written.finish();
  if (seen.isEmpty) return;
  // It is a hint: what can't be written down is read again.
  await database.write(() => seen.save(), options).catch(() => options.signal?.throwIfAborted());
}

/** Finds out which files are right by what they look like, and gathers the others. */
async function* intoJobs(
  { fs }: CopyContext,
  seen: StatCache,
  requests: AnyIterable<CopyRequest>,
  options: TransferOptions,
): AsyncGenerator<Job, void, undefined> {
  let batch: Wanted[] = [];
  for await (const groups of groupByFolder(requests, ({ path }) => path)) {
    const known = await seen.recall(groups.filter(isOfFiles), options);
    const right: CopyResult[] = [];
    const others: Wanted[] = [];
    for (const [i, group] of groups.entries()) {
      sortOut(fs, known[i] as SeenGroup, group, { right, others }, options);
    }
    for (const wanted of others) {
      batch.push(wanted);
      if (batch.length < filesAtOnce) continue;
      yield { kind: 'copy', files: batch };
      batch = [];
    }
    if (right.length > 0) yield { kind: 'right', results: right };
  }
  if (batch.length > 0) yield { kind: 'copy', files: batch };
}

/** Finds out which files of a group are right. Not in the generator above, as when they are put: see `jobs.ts`. */
function sortOut(
  fs: FileSystem,
  group: SeenGroup,
  { items, index: first }: Group<CopyRequest>,
  { right, others }: { readonly right: CopyResult[]; readonly others: Wanted[] },
  { onBytes }: TransferOptions,
): void {
  for (let i = 0; i < items.length; i++) {
    const { digest, path } = items[i] as CopyRequest;
    const index = first + i;
    // Who makes it looks at it anyhow.
    const stamp = group.knows(path) ? lookAt(fs, path) : undefined;
    if (stamp !== undefined && group.hasDigest({ path, stamp }, digest)) {
      group.keep({ path, stamp });
      onBytes?.(stamp.size);
      right.push({ index, size: stamp.size, written: false });
    } else {
      others.push({ digest, path, index, raw: rawDigest(digest), group });
    }
  }
}

async function copyBatch(
  context: CopyContext,
  ports: HeldPorts,
  written: WrittenFiles,
  batch: readonly Wanted[],
  options: TransferOptions,
): Promise<CopyResult[]> {
  const files = await locate(context, batch, options);
  const size = files.reduce((sum, { location }) => sum + location.size, 0);
  const port = await ports.take({ isLocal: false, size });
  try {
    const results: CopyResult[] = [];
    const small = files.filter(({ location }) => location.kind !== recipeKind);
    if (small.length > 0) {
      const readAt = Date.now();
      const restored = await copySmall(context, port, small, options);
      for (const [i, file] of small.entries())
        results.push(settle(written, file, restored[i] as Restored, readAt));
    }
    for (const file of files) {
      if (file.location.kind !== recipeKind) continue;
      const readAt = Date.now();
      const restored = await copyLarge(context, port, targetOf(file), options);
      results.push(settle(written, file, restored, readAt));
    }
    written.noteSettled();
    return results;
  } finally {
    ports.leave(port);
  }
}

/** Finds out where the records of blobs are, and puts them in that order. */
async function locate(
  { reader, canHave }: CopyContext,
  batch: readonly Wanted[],
  { signal }: CallOptions,
): Promise<Located[]> {
  const unknown = batch.find(({ digest }) => !canHave(digest));
  if (unknown !== undefined) throw missing(unknown.digest);
  const found = await reader.find(
    batch.map(({ raw }) => raw),
    { signal },
  );
  const files = batch.map((wanted) => {
    const location = found.get(keyOf(wanted.raw));
    if (location === undefined) throw missing(wanted.digest);
    return { wanted, location };
  });
  return files.sort((a, b) => a.location.packId - b.location.packId || a.location.start - b.location.start);
}

/** Makes all at once. They are few enough for nobody to wait long who breaks off. */
async function copySmall(
  context: CopyContext,
  port: Port,
  files: readonly Located[],
  options: TransferOptions,
): Promise<readonly Restored[]> {
  const records = await placeRecords(
    context.reader,
    files.map(({ location }) => location),
  );
  options.signal?.throwIfAborted();
  const restored = await port.restore(
    files.map(({ wanted: { path, digest }, location: { size } }, i) => ({
      path,
      digest,
      size,
      record: records[i],
    })),
  );
  for (const [i, file] of files.entries()) {
    if (restored[i]?.outcome === 'unreadable') await copySlowly(context, targetOf(file), options);
    options.onBytes?.(file.location.size);
  }
  return restored;
}

function targetOf({ wanted: { path, digest }, location: { size } }: Located): Target {
  return { path, digest, size };
}

/** Notes what a file looks like, and says what became of it. One whose records were unreadable was copied slowly. */
function settle(
  written: WrittenFiles,
  { wanted: { path, raw, group, index }, location: { size } }: Located,
  restored: Restored,
  readAt: number,
): CopyResult {
  if (restored.outcome === 'unreadable') group.skip();
  else if (restored.outcome === 'right') group.note({ path, stamp: restored.stamp }, readAt, raw);
  else written.add({ path, stamp: restored.stamp, digest: raw, group });
  return { index, size, written: restored.outcome !== 'right' };
}
