import type { BlobStore, ByteRange, ContentDigest, PutResult, Source } from '@cairn/core';
import { loadHasher, readAll } from '@cairn/core';
import { collect } from '../helpers.js';
import type { Case, Fixture } from '../suite.js';

/** `paths`: it stores files of this machine by their paths, and copies blobs to files. */
export type BlobStoreCapability = 'paths';

export interface BlobStoreFixture extends Fixture<BlobStoreCapability> {
  readonly blobs: BlobStore;
  /** Changes some bytes of a stored blob behind the store's back, as a bad disk would. */
  damage?(digest: ContentDigest): Promise<void>;
  /** The same store as the next process sees it. */
  reopen?(): Promise<BlobStore>;
}

export type BlobStoreCase = Case<BlobStoreFixture>;

export function ofBytes(bytes: Uint8Array): Source {
  return { kind: 'bytes', bytes };
}

export function ofStream(open: () => AsyncIterable<Uint8Array>): Source {
  return { kind: 'stream', open };
}

/** Puts sources, and returns what became of them in the order they were given. */
export async function putAll(blobs: BlobStore, sources: readonly Source[]): Promise<PutResult[]> {
  const results = await collect(blobs.put(sources));
  return results.sort((a, b) => a.index - b.index);
}

export async function putBytes(blobs: BlobStore, bytes: Uint8Array): Promise<PutResult> {
  const [result] = await putAll(blobs, [ofBytes(bytes)]);
  if (result === undefined) throw new Error('the store yielded nothing for a source');
  return result;
}

export function read(blobs: BlobStore, digest: ContentDigest, range?: ByteRange): Promise<Uint8Array> {
  return readAll(blobs.open(digest, { range }));
}

/** The digest by which a store must know these bytes. */
export async function digestOf(blobs: BlobStore, bytes: Uint8Array): Promise<ContentDigest> {
  return (await loadHasher(blobs.algorithm)).hash(bytes);
}
