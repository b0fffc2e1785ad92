import type { AnyIterable } from '../bytes.js';
import type { ContentDigest } from '../digest.js';
import type { Entry } from '../entry.js';
import { type Hasher, loadHasher } from '../hash/hasher.js';
import type { BlobStore, TransferOptions } from '../seams/blob-store.js';
import type { Source } from '../source.js';
import { createLeafCutter, type LeafCutter } from './cut-leaves.js';
import { digestIndex, encodeIndex, type LeafRef, type PolicyRef, sumOf, type Totals } from './index-blob.js';

/** A manifest that is stored. */
export interface WrittenManifest {
  /** The artifact's digest. */
  readonly digest: ContentDigest;
  /** The blob by which it is opened. */
  readonly blob: ContentDigest;
  readonly entryCount: number;
  /** Of all entries whose size is known, in bytes. */
  readonly size: number;
  /** The entries that are references, and their share of the size. */
  readonly references: Totals['references'];
}

/**
 * Stores the manifest of entries that come in the order of their paths' UTF-8 bytes. Holds one leaf at a time.
 *
 * @throws CairnError `path_conflict` when a path is there twice, or is a file and a folder; `path_invalid`,
 * `manifest_invalid` when an entry is not one or is out of order; and what `BlobStore.put` throws.
 */
export async function writeManifest(
  entries: AnyIterable<Entry>,
  blobs: BlobStore,
  policy: PolicyRef,
  options?: TransferOptions,
): Promise<WrittenManifest> {
  const hasher = await loadHasher(blobs.algorithm);
  const cutter = createLeafCutter(hasher);
  // A step of an asynchronous iteration costs as much as all the rest that is done for an entry.
  const leaves = Symbol.iterator in entries ? cut(entries, cutter) : cutAsTheyCome(entries, cutter);
  await storeBlobs(leaves, blobs, options);
  return storeIndex(cutter.leaves, blobs, hasher, policy, options);
}

function* cut(entries: Iterable<Entry>, cutter: LeafCutter): Generator<Uint8Array> {
  for (const entry of entries) yield* cutter.add(entry);
  yield* cutter.end();
}

async function* cutAsTheyCome(entries: AsyncIterable<Entry>, cutter: LeafCutter): AsyncGenerator<Uint8Array> {
  for await (const entry of entries) yield* cutter.add(entry);
  yield* cutter.end();
}

/** Stores the index of leaves that are stored. */
export async function storeIndex(
  leaves: readonly LeafRef[],
  blobs: BlobStore,
  hasher: Hasher,
  policy: PolicyRef,
  options?: TransferOptions,
): Promise<WrittenManifest> {
  const index = new TextEncoder().encode(encodeIndex({ policy, leaves }));
  await storeBlobs([index], blobs, options);
  return { digest: digestIndex(leaves, hasher), blob: hasher.hash(index), ...sumOf(leaves) };
}

export async function storeBlobs(
  parts: AnyIterable<Uint8Array>,
  blobs: BlobStore,
  options?: TransferOptions,
): Promise<void> {
  for await (const _ of blobs.put(toSources(parts), options));
}

async function* toSources(parts: AnyIterable<Uint8Array>): AsyncGenerator<Source> {
  for await (const bytes of parts) yield { kind: 'bytes', bytes };
}
