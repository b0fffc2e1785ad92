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
import { recipeKind } from '../packs/pack-format.js';
import { keyOf, type Location, readEpoch } from '../packs/pack-index.js';
import type { FileToRestore, Restored, Target } from '../restore/restore-files.js';
import { StagedFolder } from '../restore/staged-folder.js';
import type { Database } from '../sql/database.js';
import { StatCache } from '../stat-cache/stat-cache.js';
import { WrittenFiles } from '../stat-cache/written-files.js';
import type { Port, SharedPorts } from '../threads/ports.js';
import { type CopyJob, filesAtOnce, intoJobs, type Wanted } from './copy-jobs.js';
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

interface Located {
  readonly wanted: Wanted;
  /** Of its record: its bytes, or how they are put together. */
  readonly location: Location;
}

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
  const jobs = intoJobs(context.fs, seen, items, options);
  const run = async (job: CopyJob) =>
    job.kind === 'right'
      ? job.results
      : copyBatch(context, ports, written, job, { ...options, signal: ended });
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

async function copyBatch(
  context: CopyContext,
  ports: HeldPorts,
  written: WrittenFiles,
  { files: batch, newFolder }: CopyJob & { readonly kind: 'copy' },
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
      const restored = await copySmall(context, port, { files: small, newFolder }, options);
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

/** Makes files of small blobs; all of a new folder appear at once. */
async function copySmall(
  context: CopyContext,
  port: Port,
  { files, newFolder }: { readonly files: readonly Located[]; readonly newFolder: string | undefined },
  options: TransferOptions,
): Promise<readonly Restored[]> {
  const records = await placeRecords(
    context.reader,
    files.map(({ location }) => location),
  );
  const staged = newFolder === undefined ? undefined : StagedFolder.beside(context.fs.sync, newFolder);
  const restored: Restored[] = [];
  try {
    const toRestore = files.map(({ wanted: { path, digest }, location: { size } }, i) => {
      return { path, digest, size, record: records[i], stagedAt: staged?.at(path) };
    });
    for (let at = 0; at < toRestore.length; at += filesAtOnce) {
      options.signal?.throwIfAborted();
      restored.push(...(await port.restore(toRestore.slice(at, at + filesAtOnce))));
    }
    const isWritten = (_: FileToRestore, i: number) => restored[i]?.outcome === 'written';
    staged?.publish(toRestore.filter(isWritten).map(({ path }) => path));
  } catch (error) {
    staged?.abandon();
    throw error;
  }
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
