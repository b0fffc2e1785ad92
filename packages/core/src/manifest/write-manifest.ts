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
  return storeManifest(leaves, cutter.leaves, blobs, hasher, policy, options);
}

function* cut(entries: Iterable<Entry>, cutter: LeafCutter): Generator<Uint8Array> {
  for (const entry of entries) {
    const closed = cutter.add(entry);
    // To yield each of nothing takes longer than all that is done for an entry.
    if (closed.length > 0) yield* closed;
  }
  yield* cutter.end();
}

async function* cutAsTheyCome(entries: AsyncIterable<Entry>, cutter: LeafCutter): AsyncGenerator<Uint8Array> {
  for await (const entry of entries) yield* cutter.add(entry);
  yield* cutter.end();
}

/**
 * Stores leaves, and with them the index that lists them.
 *
 * @param parts The bytes of the leaves that are not stored yet.
 * @param leaves All leaves, once `parts` has come to its end.
 */
export async function storeManifest(
  parts: AnyIterable<Uint8Array>,
  leaves: readonly LeafRef[],
  blobs: BlobStore,
  hasher: Hasher,
  policy: PolicyRef,
  options?: TransferOptions,
): Promise<WrittenManifest> {
  let blob: ContentDigest | undefined;
  async function* sources(): AsyncGenerator<Source> {
    for await (const bytes of parts) yield { kind: 'bytes', bytes };
    const bytes = new TextEncoder().encode(encodeIndex({ policy, leaves }));
    blob = hasher.hash(bytes);
    yield { kind: 'bytes', bytes };
  }
  // In one call, since each takes its time to be durable.
  for await (const _ of blobs.put(sources(), options));
  return { digest: digestIndex(leaves, hasher), blob: blob as ContentDigest, ...sumOf(leaves) };
}
