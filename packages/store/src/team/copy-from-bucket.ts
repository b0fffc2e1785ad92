import {
  type AnyIterable,
  type CopyRequest,
  type CopyResult,
  type TransferOptions,
  untilAborted,
} from '@cairn/core';
import { type FileSystem, publishFile, readFileChunks } from '@cairn/file';
import { inParallel } from '../blobs/in-parallel.js';
import { missing, type ReadContext, readBlob } from '../blobs/read-blob.js';
import { lookAt } from '../packs/look-at.js';
import { rawDigest } from '../packs/pack-format.js';
import { keyOf } from '../packs/pack-index.js';

export interface CopyContext extends ReadContext {
  readonly fs: FileSystem;
}

/** How many files are made at once. What they are made of is read together. */
const filesAtOnce = 32;

/** Makes files of blobs; see `BlobStore.copyTo`. They are not synced. */
export function copyFromBucket(
  context: CopyContext,
  requests: AnyIterable<CopyRequest>,
  options: TransferOptions,
): AsyncIterable<CopyResult> {
  const { signal } = options;
  const items = Symbol.iterator in requests ? requests : untilAborted(requests, signal);
  const copy = (request: CopyRequest, index: number) => copyOne(context, request, index, options);
  return inParallel(items, filesAtOnce, copy);
}

async function copyOne(
  context: CopyContext,
  { digest, path }: CopyRequest,
  index: number,
  { signal, onBytes }: TransferOptions,
): Promise<CopyResult> {
  signal?.throwIfAborted();
  const { fs, reader, canHave } = context;
  if (!canHave(digest)) throw missing(digest);
  const raw = rawDigest(digest);
  const size = (await reader.find([raw], { signal })).get(keyOf(raw))?.size;
  if (size === undefined) throw missing(digest);
  const isRight = await hasBlob(context, path, { digest, size });
  if (!isRight) await publishFile(path, readBlob(context, digest, { signal }), { fs, signal });
  onBytes?.(size);
  return { index, size, written: !isRight };
}

/** Whether a file has exactly these bytes. */
async function hasBlob(
  { fs, hasher }: CopyContext,
  path: string,
  { digest, size }: { readonly digest: string; readonly size: number },
): Promise<boolean> {
  if (lookAt(fs, path)?.size !== size) return false;
  try {
    const hash = hasher.create();
    for await (const chunk of readFileChunks(path, { fs })) hash.update(chunk);
    return hash.digest() === digest;
  } catch {
    return false; // who writes it says what is wrong
  }
}
