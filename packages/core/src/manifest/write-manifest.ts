import type { AnyIterable } from '../bytes.js';
import type { ContentDigest } from '../digest.js';
import type { Entry } from '../entry.js';
import type { Hasher } from '../hash/hasher.js';
import { loadHasher } from '../hash/hasher.js';
import { utf8Length } from '../path.js';
import type { BlobStore, TransferOptions } from '../seams/blob-store.js';
import type { Source } from '../source.js';
import { endsLeaf, maxLeafBytes } from './boundary.js';
import { digestIndex, encodeIndex, type LeafRef, type PolicyRef } from './index-blob.js';
import { checkEntry, encodeEntry, encodeExtra } from './leaf.js';
import { createPathOrder } from './path-order.js';

/** A manifest that is stored. */
export interface WrittenManifest {
  /** The artifact's digest. */
  readonly digest: ContentDigest;
  /** The blob by which it is opened. */
  readonly blob: ContentDigest;
  readonly entryCount: number;
  /** Of all entries whose size is known, in bytes. */
  readonly size: number;
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
  const leaves: LeafRef[] = [];
  await store(blobs, leafSources(entries, hasher, leaves), options);
  const index = new TextEncoder().encode(encodeIndex({ policy, leaves }));
  await store(blobs, [{ kind: 'bytes', bytes: index }], options);
  return {
    digest: digestIndex(leaves, hasher),
    blob: hasher.hash(index),
    entryCount: leaves.reduce((sum, leaf) => sum + leaf.entryCount, 0),
    size: leaves.reduce((sum, leaf) => sum + leaf.size, 0),
  };
}

async function store(
  blobs: BlobStore,
  sources: AnyIterable<Source>,
  options?: TransferOptions,
): Promise<void> {
  for await (const _ of blobs.put(sources, options));
}

/** Cuts entries into leaves, yields what to store, and notes each leaf in `leaves`. */
async function* leafSources(
  entries: AnyIterable<Entry>,
  hasher: Hasher,
  leaves: LeafRef[],
): AsyncGenerator<Source> {
  const encoder = new TextEncoder();
  const checkOrder = createPathOrder();
  let leaf = emptyLeaf();
  function* close(): Generator<Source> {
    const bytes = encoder.encode(leaf.lines.join(''));
    const extras = leaf.extras.length === 0 ? undefined : encoder.encode(leaf.extras.join(''));
    leaves.push({
      digest: hasher.hash(bytes),
      first: leaf.first,
      entryCount: leaf.lines.length,
      size: leaf.size,
      ...(extras === undefined ? {} : { extras: hasher.hash(extras) }),
    });
    leaf = emptyLeaf();
    yield { kind: 'bytes', bytes };
    if (extras !== undefined) yield { kind: 'bytes', bytes: extras };
  }
  for await (const entry of entries) {
    checkOrder(checkEntry(entry).path);
    if (leaf.lines.length === 0) leaf.first = entry.path;
    const line = encodeEntry(entry);
    leaf.lines.push(line);
    leaf.bytes += utf8Length(line);
    leaf.size += entry.size ?? 0;
    const extra = entry.kind === 'file' ? '' : encodeExtra(entry.path, entry.extra);
    if (extra !== '') leaf.extras.push(extra);
    if (endsLeaf(entry.path) || leaf.bytes >= maxLeafBytes) yield* close();
  }
  if (leaf.lines.length > 0) yield* close();
}

function emptyLeaf() {
  return { first: '', lines: [] as string[], extras: [] as string[], bytes: 0, size: 0 };
}
