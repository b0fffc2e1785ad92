import {
  type AnyIterable,
  type ContentDigest,
  type CopyRequest,
  type CopyResult,
  type FileStamp,
  isContentDigest,
  type TransferOptions,
  untilAborted,
} from '@cairn/core';
import { nodeFileSystem, publishFile } from '@cairn/file';
import {
  type FileMemory,
  groupByFolder,
  inParallel,
  isOfFiles,
  lookAt,
  noMemory,
  type OwnMemory,
  publishSync,
  rawDigest,
  type SeenGroup,
  WrittenFiles,
} from '@cairn/store/engine';
import { maxReadDigests } from '../protocol/index.js';
import { missingBlob } from './fetch-range.js';
import { hashIfThere } from './hash-if-there.js';
import { type ReadContext, readWhole } from './read-blob.js';
import { readSome } from './read-some.js';
import { StagedFiles } from './staged-files.js';

export interface CopyContext extends ReadContext {
  /** What is known of files that were fetched; `undefined` when nothing can be remembered. */
  readonly fetched: OwnMemory | undefined;
}

interface Wanted extends CopyRequest {
  /** Its place among all requests. */
  readonly index: number;
  /** The bytes of its digest. */
  readonly raw: Uint8Array;
  readonly group: SeenGroup;
  readonly newFolder: string | undefined;
}

const { sync } = nodeFileSystem;

/** So many files are asked for by one request at first, and then twice as many each time. */
const firstBatch = 128;
const largestBatch: number = Math.min(1024, maxReadDigests);
/** How many requests are under way at once. */
const batchesAtOnce = 3;

/** Makes files of blobs; see `BlobStore.copyTo`. Asks for nothing when all files look as they did when they were made. */
export async function* copyBlobs(
  context: CopyContext,
  requests: AnyIterable<CopyRequest>,
  options: TransferOptions,
): AsyncGenerator<CopyResult, void, undefined> {
  const { signal } = options;
  // What these files have is known by itself, whatever the server still has.
  const seen = context.fetched?.begin({
    basis: '',
    lacks: async (digests) => new Uint8Array(digests.length),
  });
  const written = new WrittenFiles(nodeFileSystem);
  const items = Symbol.iterator in requests ? requests : untilAborted(requests, signal);
  const batches = intoBatches(context, seen ?? noMemory, items, options);
  const over = new AbortController();
  const ended = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
  const run = async (batch: Batch) =>
    batch.kind === 'right'
      ? batch.results
      : fetchBatch(context, written, batch.files, { ...options, signal: ended });
  for await (const results of inParallel(batches, batchesAtOnce, run, () => over.abort())) {
    for (const result of results) yield result;
  }
  await written.finish();
  // A hint: what can't be written down is read again.
  await seen?.save(options).catch(() => signal?.throwIfAborted());
}

type Batch =
  | { readonly kind: 'right'; readonly results: readonly CopyResult[] }
  | { readonly kind: 'wanted'; readonly files: readonly Wanted[] };

/** Finds out which files are right already, and gathers the others. */
async function* intoBatches(
  { wire, hasher }: CopyContext,
  seen: FileMemory,
  requests: AnyIterable<CopyRequest>,
  options: TransferOptions,
): AsyncGenerator<Batch, void, undefined> {
  let files: Wanted[] = [];
  let folder: string | undefined;
  let batchSize = firstBatch;
  for await (const groups of groupByFolder(requests, ({ path }) => path)) {
    const ofFiles = groups.filter(isOfFiles);
    const known = await seen.recall(ofFiles, options);
    for (const [g, { key, items, index: first }] of ofFiles.entries()) {
      // Rather all files of a folder than a few more.
      if (key.folder !== folder && files.length >= batchSize / 2) yield takeBatch();
      folder = key.folder;
      const group = known[g] as SeenGroup;
      const right: CopyResult[] = [];
      for (const [i, { digest, path, isFolderNew }] of items.entries()) {
        if (!canHave(digest, wire.algorithm)) throw missingBlob(digest);
        const newFolder = isFolderNew ? folder : undefined;
        const wanted = { digest, path, index: first + i, raw: rawDigest(digest), group, newFolder };
        const size = await sizeIfRight(wanted);
        if (size === undefined) files.push(wanted);
        else {
          options.onBytes?.(size);
          right.push({ index: wanted.index, size, written: false });
        }
        if (files.length >= batchSize) yield takeBatch();
      }
      if (right.length > 0) yield { kind: 'right', results: right };
    }
  }
  if (files.length > 0) yield takeBatch();

  function takeBatch(): Batch {
    const batch = { kind: 'wanted' as const, files };
    files = [];
    batchSize = Math.min(batchSize * 2, largestBatch);
    return batch;
  }

  async function sizeIfRight({ digest, path, raw, group }: Wanted): Promise<number | undefined> {
    const stamp = lookAt(nodeFileSystem, path);
    if (stamp === undefined) return undefined;
    const known = group.digestOf({ path, stamp });
    if (known !== undefined && Buffer.compare(known, raw) === 0) {
      group.keep({ path, stamp });
      return stamp.size;
    }
    const readAt = Date.now();
    if ((await hashIfThere(path, hasher, options)) !== digest) return undefined;
    group.note({ path, stamp }, readAt, raw);
    return stamp.size;
  }
}

async function fetchBatch(
  context: CopyContext,
  written: WrittenFiles,
  files: readonly Wanted[],
  options: TransferOptions,
): Promise<CopyResult[]> {
  const results: CopyResult[] = [];
  const done = ({ index, path, raw, group }: Wanted, size: number, stamp: FileStamp | undefined) => {
    if (stamp === undefined) group.skip();
    else written.add({ path, stamp, digest: raw, group });
    results.push({ index, size, written: true });
  };
  const large: { readonly blob: Blob; readonly size: number }[] = [];
  const small: { readonly file: Wanted; readonly stamp: FileStamp }[] = [];
  const staged = new StagedFiles(sync, files);
  try {
    for await (const found of readSome(context, [...byDigest(files)], options)) {
      options.signal?.throwIfAborted();
      if (found.kind === 'large') large.push({ blob: found.item, size: found.size });
      else {
        for (const file of found.item.files) {
          small.push({ file, stamp: publishSync(sync, file.path, found.bytes, staged.at(file)) });
          options.onBytes?.(found.bytes.length);
        }
      }
    }
    staged.publish();
  } catch (error) {
    staged.abandon();
    throw error;
  }
  for (const { file, stamp } of small) done(file, stamp.size, stamp);
  for (const { blob, size } of large) {
    for (const file of blob.files) {
      await publishFile(file.path, readWhole(context, file.digest, options, size), {
        signal: options.signal,
      });
      options.onBytes?.(size);
      done(file, size, lookAt(nodeFileSystem, file.path));
    }
  }
  written.noteSettled();
  return results;
}

/** Files that become the same blob, which is fetched once if it is short. */
interface Blob {
  readonly digest: ContentDigest;
  readonly raw: Uint8Array;
  readonly files: Wanted[];
}

function byDigest(files: readonly Wanted[]): Iterable<Blob> {
  const blobs = new Map<string, Blob>();
  for (const file of files) {
    const { digest, raw } = file;
    const blob = blobs.get(digest);
    if (blob === undefined) blobs.set(digest, { digest, raw, files: [file] });
    else blob.files.push(file);
  }
  return blobs.values();
}

function canHave(digest: string, algorithm: string): boolean {
  return isContentDigest(digest) && digest.startsWith(`${algorithm}:`);
}
