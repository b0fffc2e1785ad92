import {
  type AnyIterable,
  type ContentDigest,
  type CopyRequest,
  type CopyResult,
  type TransferOptions,
  untilAborted,
} from '@cairn/core';
import { type FileSystem, publishFile } from '@cairn/file';
import { lookAt } from '../packs/look-at.js';
import { rawDigest } from '../packs/pack-format.js';
import { keyOf, readEpoch } from '../packs/pack-index.js';
import type { PackReader } from '../packs/pack-reader.js';
import type { FileToRestore } from '../restore/restore-files.js';
import type { Database } from '../sql/database.js';
import { groupByFolder } from '../stat-cache/group-by-folder.js';
import { type SeenGroup, StatCache } from '../stat-cache/stat-cache.js';
import { WrittenFiles } from '../stat-cache/written-files.js';
import type { SharedPorts } from '../threads/ports.js';
import { HeldPorts } from './held-ports.js';
import { inParallel } from './in-parallel.js';
import { placeRecords } from './place-records.js';
import { missing, type ReadContext, readBlob } from './read-blob.js';

export interface CopyContext extends ReadContext {
  readonly reader: PackReader;
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

type Job =
  | { readonly kind: 'right'; readonly results: readonly CopyResult[] }
  | { readonly kind: 'copy'; readonly files: readonly Wanted[] };

/**
 * Makes files of blobs; see `BlobStore.copyTo`. They are copies, never links, and not synced: what a power cut takes of them
 * is fetched again by the next call.
 */
export async function* copyBlobs(
  context: CopyContext,
  requests: AnyIterable<CopyRequest>,
  options: TransferOptions,
): AsyncGenerator<CopyResult, void, undefined> {
  const { database, ports: shared } = context;
  const seen = new StatCache(context, await database.read(readEpoch, options));
  const written = new WrittenFiles(context.fs);
  const ports = new HeldPorts(shared);
  const { signal } = options;
  // What is there needn't be waited for, and each job looks at the signal.
  const items = Symbol.iterator in requests ? requests : untilAborted(requests, signal);
  const jobs = intoJobs(context, seen, items, options);
  const run = async (job: Job) =>
    job.kind === 'right' ? job.results : copyBatch(context, ports, written, job.files, options);
  try {
    for await (const results of inParallel(jobs, shared.limit, run)) {
      // Not `yield*`, which waits several times for each.
      for (const result of results) yield result;
    }
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
  for await (const { key, items, index: first } of groupByFolder(requests, ({ path }) => path)) {
    if (key === undefined) continue;
    const group = await seen.recall(key, items.length, options);
    const results: CopyResult[] = [];
    for (const [i, item] of items.entries()) {
      const index = first + i;
      const stamp = lookAt(fs, item.path);
      const known = stamp === undefined ? undefined : group.digestOf({ path: item.path, stamp });
      const raw = rawDigest(item.digest);
      if (stamp !== undefined && known !== undefined && raw.equals(known)) {
        group.keep({ path: item.path, stamp });
        options.onBytes?.(stamp.size);
        results.push({ index, size: stamp.size, written: false });
        continue;
      }
      batch.push({ digest: item.digest, path: item.path, index, raw, group });
      if (batch.length < filesAtOnce) continue;
      yield { kind: 'copy', files: batch };
      batch = [];
    }
    if (results.length > 0) yield { kind: 'right', results };
  }
  if (batch.length > 0) yield { kind: 'copy', files: batch };
}

async function copyBatch(
  context: CopyContext,
  ports: HeldPorts,
  written: WrittenFiles,
  batch: readonly Wanted[],
  options: TransferOptions,
): Promise<CopyResult[]> {
  const { reader, canHave } = context;
  const { signal, onBytes } = options;
  const unknown = batch.find(({ digest }) => !canHave(digest));
  if (unknown !== undefined) throw missing(unknown.digest);
  const found = await reader.find(
    batch.map(({ raw }) => raw),
    { signal },
  );
  const files: { readonly wanted: Wanted; readonly file: FileToRestore }[] = [];
  for (const wanted of batch) {
    const { digest, path, raw } = wanted;
    const location = found.get(keyOf(raw));
    if (location === undefined) throw missing(digest);
    const records = await placeRecords(reader, digest, location, options);
    files.push({ wanted, file: { digest, path, size: location.size, records } });
  }
  files.sort((a, b) => inOrderOfReading(a.file, b.file));
  const size = files.reduce((sum, { file }) => sum + file.size, 0);
  const port = await ports.take({ isLocal: false, size });
  try {
    const results: CopyResult[] = [];
    for (const group of bySize(files)) {
      signal?.throwIfAborted();
      const readAt = Date.now();
      const restored = await port.restore(group.map(({ file }) => file));
      for (const [i, { wanted, file }] of group.entries()) {
        const result = restored[i];
        const { raw } = wanted;
        if (result === undefined || result.outcome === 'unreadable') {
          await copySlowly(context, file.digest, file.path, options);
          wanted.group.skip();
        } else if (result.outcome === 'right')
          wanted.group.note({ path: file.path, stamp: result.stamp }, readAt, raw);
        else written.add({ path: file.path, stamp: result.stamp, digest: raw, group: wanted.group });
        onBytes?.(file.size);
        results.push({ index: wanted.index, size: file.size, written: result?.outcome !== 'right' });
      }
    }
    written.noteSettled();
    return results;
  } finally {
    ports.leave(port);
  }
}

/** Goes by way of what says why a blob can't be read, and follows it to where it was moved. */
async function copySlowly(
  context: CopyContext,
  digest: ContentDigest,
  path: string,
  { signal }: TransferOptions,
): Promise<void> {
  await publishFile(path, readBlob(context, digest, { signal }), { fs: context.fs, signal });
}

function inOrderOfReading(a: FileToRestore, b: FileToRestore): number {
  const [first, second] = [a.records[0], b.records[0]];
  if (first === undefined || second === undefined) return 0;
  if (first.pack !== second.pack) return first.pack < second.pack ? -1 : 1;
  return first.start - second.start;
}

/** Small files together, and each large one by itself, so that an abort needn't wait for all of them. */
function* bySize<T extends { readonly file: FileToRestore }>(files: readonly T[]): Generator<T[]> {
  const small = files.filter(({ file }) => file.records.length === 1);
  if (small.length > 0) yield small;
  for (const one of files) if (one.file.records.length !== 1) yield [one];
}
