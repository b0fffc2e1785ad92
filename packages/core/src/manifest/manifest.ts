import { type CallOptions, concatBytes } from '../bytes.js';
import type { ContentDigest } from '../digest.js';
import { algorithmOf } from '../digest.js';
import type { Entry } from '../entry.js';
import { CairnError } from '../errors.js';
import { loadHasher } from '../hash/hasher.js';
import { compareUtf8 } from '../path.js';
import { quote } from '../printable.js';
import type { BlobStore } from '../seams/blob-store.js';
import { decodeIndex, digestIndex, type LeafRef, type PolicyRef, sumOf, type Totals } from './index-blob.js';
import { damaged, lineFeed } from './json-lines.js';
import { type Leaf, openLeaf } from './leaf.js';
import { rememberLeaves } from './leaf-memory.js';
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
  /** The entries that are references, and their share of the size. */
  readonly references: Totals['references'];
  /** In the order of their paths. Two manifests share the leaves whose digests are equal. */
  readonly leaves: readonly LeafRef[];

  /** The entry at a path, or `undefined`. Reads one leaf. */
  get(path: string, options?: CallOptions): Promise<Entry | undefined>;
  /** Entries in the order of their paths' UTF-8 bytes. */
  entries(options?: EntriesOptions): AsyncIterable<Entry>;
  /** The same, many at a time and never none: where there are a million, one step for each counts. */
  batches(options?: EntriesOptions): AsyncIterable<readonly Entry[]>;
  /** The entries of one leaf. */
  readLeaf(leaf: LeafRef, options?: CallOptions): Promise<readonly Entry[]>;
  /** One leaf, its bytes verified but not decoded: for comparing leaves line by line. */
  openLeaf(leaf: LeafRef, options?: CallOptions): Promise<Leaf>;
}

export interface OpenManifestOptions extends CallOptions {
  /** The artifact's digest, where it is known; another one is `integrity_mismatch`. */
  readonly expected?: ContentDigest | undefined;
  /** How many leaves to keep in memory, for who asks for many single entries. Default: none. */
  readonly keepLeaves?: number | undefined;
}

/** The longest index or leaf that is read: an index of some hundred million entries, sixty times what a leaf is cut at. */
const maxPartBytes: number = 64 * 1024 * 1024;

/**
 * Opens the manifest whose index is the blob `blob`.
 *
 * @throws CairnError `not_found`, `manifest_invalid`, `integrity_mismatch`, `unsupported_format`.
 */
export async function openManifest(
  blobs: Pick<BlobStore, 'open'>,
  blob: ContentDigest,
  options: OpenManifestOptions = {},
): Promise<Manifest> {
  const { policy, leaves } = decodeIndex(await readVerified(blobs, blob, options));
  const digest = digestIndex(leaves, await loadHasher(algorithmOf(options.expected ?? blob)));
  if (options.expected !== undefined && digest !== options.expected) {
    throw new CairnError(
      'integrity_mismatch',
      `the manifest is that of ${digest}, not of ${options.expected}`,
    );
  }
  const load = (leaf: LeafRef, call?: CallOptions) => loadLeaf(blobs, leaves, leaf, call);
  const openLeaf = rememberLeaves(load, options.keepLeaves ?? 0);
  const batches = (call?: EntriesOptions) => iterate(leaves, openLeaf, call);
  return {
    digest,
    policy,
    leaves,
    ...sumOf(leaves),
    openLeaf,
    batches,
    async readLeaf(leaf, call) {
      return [...piecesOf(leaf, await openLeaf(leaf, call), 0, createPathOrder())].flat();
    },
    async get(path, call) {
      const ref = leaves[leafAt(leaves, path)];
      if (ref === undefined) return undefined;
      const leaf = await openLeaf(ref, call);
      const offset = leaf.find(path);
      const entry = offset < leaf.bytes.length ? leaf.entryAt(offset) : undefined;
      return entry?.path === path ? entry : undefined;
    },
    async *entries(call) {
      for await (const batch of batches(call)) yield* batch;
    },
  };
}

async function* iterate(
  leaves: readonly LeafRef[],
  openLeaf: Manifest['openLeaf'],
  { prefix = '', after, signal }: EntriesOptions = {},
): AsyncIterable<readonly Entry[]> {
  const start = after !== undefined && compareUtf8(after, prefix) > 0 ? after : prefix;
  const isWanted = ({ path }: Entry) =>
    path.startsWith(prefix) && (after === undefined || compareUtf8(path, after) > 0);
  const checkOrder = createPathOrder();
  for (let i = Math.max(0, leafAt(leaves, start)); i < leaves.length; i++) {
    const ref = leaves[i] as LeafRef;
    const leaf = await openLeaf(ref, { signal });
    const offset = compareUtf8(ref.first, start) < 0 ? leaf.find(start) : 0;
    for (const piece of piecesOf(ref, leaf, offset, checkOrder)) {
      const batch = start === '' ? piece : piece.filter(isWanted);
      if (batch.length > 0) yield batch;
      const last = piece.at(-1)?.path ?? '';
      if (!last.startsWith(prefix) && compareUtf8(last, prefix) > 0) return;
    }
  }
}

/** The entries of a leaf from an offset on. Who reads all of it knows that it has as many as its index says. */
function* piecesOf(
  ref: LeafRef,
  leaf: Leaf,
  offset: number,
  checkOrder: (path: string) => void,
): Generator<readonly Entry[]> {
  const { entryCount, size, references = { entries: 0, size: 0 } } = ref;
  const found = { entries: 0, size: 0, references: 0, referenceSize: 0 };
  for (const piece of leaf.entriesFrom(offset)) {
    for (const entry of piece) {
      checkOrder(entry.path);
      found.size += entry.size ?? 0;
      if (entry.kind === 'file') continue;
      found.references++;
      found.referenceSize += entry.size ?? 0;
    }
    found.entries += piece.length;
    yield piece;
  }
  const isAsSaid =
    found.entries === entryCount &&
    found.size === size &&
    found.references === references.entries &&
    found.referenceSize === references.size;
  if (offset === 0 && !isAsSaid) throw otherLeaf(ref);
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

/** Reads a leaf and makes sure that it is where its index says; what it holds is counted by who reads all of it. */
async function loadLeaf(
  blobs: Pick<BlobStore, 'open'>,
  leaves: readonly LeafRef[],
  ref: LeafRef,
  options?: CallOptions,
): Promise<Leaf> {
  const bytes = await readVerified(blobs, ref.digest, options);
  const leaf = openLeaf(
    bytes,
    ref.extras === undefined ? undefined : await readVerified(blobs, ref.extras, options),
  );
  if (bytes.length === 0 || leaf.entryAt(0).path !== ref.first) throw otherLeaf(ref);
  const last = leaf.entryAt(bytes.lastIndexOf(lineFeed, bytes.length - 2) + 1);
  if (leaves[leafAt(leaves, last.path)]?.digest !== ref.digest) throw otherLeaf(ref);
  return leaf;
}

function otherLeaf({ first }: LeafRef): CairnError {
  return damaged(`the leaf at ${quote(first)} is not the one its index describes`);
}

async function readVerified(
  blobs: Pick<BlobStore, 'open'>,
  digest: ContentDigest,
  options?: CallOptions,
): Promise<Uint8Array> {
  const bytes = await readPart(blobs.open(digest, options));
  const hasher = await loadHasher(algorithmOf(digest));
  if (hasher.hash(bytes) === digest) return bytes;
  throw new CairnError('integrity_mismatch', `a part of the manifest does not hash to its digest ${digest}`);
}

/** Reads no more than a part can have: what somebody calls a manifest may be a file of any size. */
async function readPart(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > maxPartBytes) throw damaged(`a part of it has more than ${maxPartBytes} bytes`);
    all.push(chunk);
  }
  return concatBytes(all);
}
