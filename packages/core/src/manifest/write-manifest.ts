import type { AnyIterable } from '../bytes.js';
import type { ContentDigest } from '../digest.js';
import type { Entry } from '../entry.js';
import { CairnError } from '../errors.js';
import type { Hasher } from '../hash/hasher.js';
import { loadHasher } from '../hash/hasher.js';
import { compareUtf8 } from '../path.js';
import { quote } from '../printable.js';
import type { BlobStore, TransferOptions } from '../seams/blob-store.js';
import type { Source } from '../source.js';
import { digestIndex, encodeIndex, type LeafRef, type PolicyRef } from './index-blob.js';
import { checkEntry, encodeEntry, encodeExtra, endsLeaf, maxLeafBytes } from './leaf.js';

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
  const checkOrder = orderChecker();
  let leaf = emptyLeaf();
  function* close(): Generator<Source> {
    const bytes = encoder.encode(leaf.lines.join(''));
    yield { kind: 'bytes', bytes };
    const ref = {
      digest: hasher.hash(bytes),
      first: leaf.first,
      entryCount: leaf.lines.length,
      size: leaf.size,
    };
    if (leaf.extras.length === 0) leaves.push(ref);
    else {
      const extras = encoder.encode(leaf.extras.join(''));
      yield { kind: 'bytes', bytes: extras };
      leaves.push({ ...ref, extras: hasher.hash(extras) });
    }
    leaf = emptyLeaf();
  }
  for await (const entry of entries) {
    checkOrder(checkEntry(entry).path);
    if (leaf.lines.length === 0) leaf.first = entry.path;
    const line = encodeEntry(entry);
    leaf.lines.push(line);
    leaf.length += line.length;
    leaf.size += entry.size ?? 0;
    const extra = encodeExtra(entry);
    if (extra !== '') leaf.extras.push(extra);
    if (endsLeaf(entry.path) || leaf.length >= maxLeafBytes) yield* close();
  }
  if (leaf.lines.length > 0) yield* close();
}

function emptyLeaf() {
  return { first: '', lines: [] as string[], extras: [] as string[], length: 0, size: 0 };
}

/**
 * Refuses a path that is out of order, there twice, or under one that is a file. Everything that starts with a path comes
 * right after it, so it is enough to remember the paths that the last one starts with.
 */
function orderChecker(): (path: string) => void {
  const open: string[] = [];
  let previous: string | undefined;
  return (path) => {
    if (previous !== undefined) {
      const order = compareUtf8(previous, path);
      if (order === 0) throw conflict(`${quote(path)} is there twice`);
      if (order > 0) {
        throw new CairnError(
          'manifest_invalid',
          `${quote(path)} comes after ${quote(previous)}: entries are not in order`,
        );
      }
    }
    previous = path;
    for (let top = open.at(-1); top !== undefined && !path.startsWith(top); top = open.at(-1)) open.pop();
    for (const file of open) {
      if (path[file.length] === '/')
        throw conflict(`${quote(file)} is a file and the folder of ${quote(path)}`);
    }
    open.push(path);
  };
}

function conflict(problem: string): CairnError {
  return new CairnError('path_conflict', problem, { hint: 'Give one of them another name.' });
}
