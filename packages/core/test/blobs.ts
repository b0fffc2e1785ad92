import type { BlobStore, ContentAlgorithm, ContentDigest } from '../src/index.js';
import { memoryBlobStore } from '../src/memory/index.js';

export interface TestBlobs extends BlobStore {
  readonly contents: Map<ContentDigest, Uint8Array>;
  /** The digests that were opened, in order. */
  readonly opened: ContentDigest[];
}

/** A blob store that hands out what is in `contents` unverified, so that a test can put damage there. */
export function createBlobs(algorithm: ContentAlgorithm = 'blake3'): TestBlobs {
  const contents = new Map<ContentDigest, Uint8Array>();
  const opened: ContentDigest[] = [];
  return {
    ...memoryBlobStore({ algorithm, contents }),
    contents,
    opened,
    async *open(digest, { signal } = {}) {
      signal?.throwIfAborted();
      opened.push(digest);
      yield contents.get(digest) ?? new Uint8Array();
    },
  };
}
