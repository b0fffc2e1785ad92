import { type CallOptions, readAll } from '../bytes.js';
import type { ContentDigest } from '../digest.js';
import { algorithmOf } from '../digest.js';
import type { Entry } from '../entry.js';
import { CairnError } from '../errors.js';
import { loadHasher } from '../hash/hasher.js';
import { compareUtf8 } from '../path.js';
import { quote } from '../printable.js';
import type { BlobStore } from '../seams/blob-store.js';
import { decodeIndex, digestIndex, type LeafRef, type PolicyRef } from './index-blob.js';
import { damaged } from './json-lines.js';
import { decodeLeaf, type Leaf, openLeaf } from './leaf.js';
import { createPathOrder } from './path-order.js';

export interface EntriesOptions extends CallOptions {
  /** Only paths that start with this text; `images/` for a folder. */
  readonly prefix?: string | undefined;
  /** Only paths after this one. */
  readonly after?: string | undefined;
}

/**
 * The complete list of entries of an artifact: immutable, and read leaf by leaf as it is needed.
 *
 * Every leaf is verified when it is read: what comes out is what was logged, or an error.
 */
export interface Manifest {
  /** The artifact's digest. */
  readonly digest: ContentDigest;
  readonly policy: PolicyRef;
  readonly entryCount: number;
  /** Of all entries whose size is known, in bytes. */
  readonly size: number;
  /** In the order of their paths. Two manifests share the leaves whose digests are equal. */
  readonly leaves: readonly LeafRef[];

  /** The entry at a path, or `undefined`. Reads one leaf. */
  get(path: string, options?: CallOptions): Promise<Entry | undefined>;
  /** Entries in the order of their paths' UTF-8 bytes. */
  entries(options?: EntriesOptions): AsyncIterable<Entry>;
  /** The entries of one leaf. */
  readLeaf(leaf: LeafRef, options?: CallOptions): Promise<readonly Entry[]>;
  /** One leaf, its bytes verified but not decoded: for comparing leaves line by line. */
  openLeaf(leaf: LeafRef, options?: CallOptions): Promise<Leaf>;
}

/**
 * Opens the manifest whose index is the blob `blob`.
 *
 * @param expected The artifact's digest, where it is known; another one is `integrity_mismatch`.
 * @throws CairnError `not_found`, `manifest_invalid`, `integrity_mismatch`, `unsupported_format`.
 */
export async function openManifest(
  blobs: BlobStore,
  blob: ContentDigest,
  options: CallOptions & { readonly expected?: ContentDigest | undefined } = {},
): Promise<Manifest> {
  const { policy, leaves } = decodeIndex(await readVerified(blobs, blob, options));
  const digest = digestIndex(leaves, await loadHasher(algorithmOf(options.expected ?? blob)));
  if (options.expected !== undefined && digest !== options.expected) {
    throw new CairnError(
      'integrity_mismatch',
      `the manifest is that of ${digest}, not of ${options.expected}`,
    );
  }
  const readLeaf = (leaf: LeafRef, call?: CallOptions) => loadLeaf(blobs, leaves, leaf, call);
  return {
    digest,
    policy,
    leaves,
    entryCount: leaves.reduce((sum, leaf) => sum + leaf.entryCount, 0),
    size: leaves.reduce((sum, leaf) => sum + leaf.size, 0),
    readLeaf,
    openLeaf: async (leaf, call) => openLeaf(...(await fetchLeaf(blobs, leaf, call))),
    async get(path, call) {
      const leaf = leaves[leafAt(leaves, path)];
      if (leaf === undefined) return undefined;
      return (await readLeaf(leaf, call)).find((entry) => entry.path === path);
    },
    entries: (call) => iterate(leaves, readLeaf, call),
  };
}

async function* iterate(
  leaves: readonly LeafRef[],
  readLeaf: Manifest['readLeaf'],
  { prefix = '', after, signal }: EntriesOptions = {},
): AsyncIterable<Entry> {
  const start = after !== undefined && compareUtf8(after, prefix) > 0 ? after : prefix;
  const checkOrder = createPathOrder();
  for (let i = Math.max(0, leafAt(leaves, start)); i < leaves.length; i++) {
    for (const entry of await readLeaf(leaves[i] as LeafRef, { signal })) {
      checkOrder(entry.path);
      if (after !== undefined && compareUtf8(entry.path, after) <= 0) continue;
      if (entry.path.startsWith(prefix)) yield entry;
      else if (compareUtf8(entry.path, prefix) > 0) return;
    }
  }
}

/** The position of the leaf in which a path would be: the last whose first path is not after it; -1 if there is none. */
function leafAt(leaves: readonly LeafRef[], path: string): number {
  let low = 0;
  let high = leaves.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareUtf8((leaves[middle] as LeafRef).first, path) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

async function loadLeaf(
  blobs: BlobStore,
  leaves: readonly LeafRef[],
  leaf: LeafRef,
  options?: CallOptions,
): Promise<readonly Entry[]> {
  const entries = decodeLeaf(...(await fetchLeaf(blobs, leaf, options)));
  const size = entries.reduce((sum, entry) => sum + (entry.size ?? 0), 0);
  const last = entries.at(-1)?.path ?? '';
  if (
    entries.length !== leaf.entryCount ||
    entries[0]?.path !== leaf.first ||
    size !== leaf.size ||
    leaves[leafAt(leaves, last)]?.digest !== leaf.digest
  ) {
    throw damaged(`the leaf at ${quote(leaf.first)} is not the one its index describes`);
  }
  return entries;
}

async function fetchLeaf(
  blobs: BlobStore,
  leaf: LeafRef,
  options?: CallOptions,
): Promise<[bytes: Uint8Array, extras?: Uint8Array]> {
  const bytes = await readVerified(blobs, leaf.digest, options);
  return leaf.extras === undefined ? [bytes] : [bytes, await readVerified(blobs, leaf.extras, options)];
}

async function readVerified(
  blobs: BlobStore,
  digest: ContentDigest,
  options?: CallOptions,
): Promise<Uint8Array> {
  const bytes = await readAll(blobs.open(digest, options));
  const hasher = await loadHasher(algorithmOf(digest));
  if (hasher.hash(bytes) === digest) return bytes;
  throw new CairnError('integrity_mismatch', `a part of the manifest does not hash to its digest ${digest}`);
}
