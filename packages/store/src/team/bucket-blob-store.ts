import { type BlobStore, isContentDigest } from '@cairn/core';
import type { PackHome } from '../blobs/pack-home.js';
import type { Putter } from '../blobs/putter.js';
import { readBlob } from '../blobs/read-blob.js';
import { rawDigest } from '../packs/pack-format.js';
import { keyOf, readEpoch } from '../packs/pack-index.js';
import type { BucketHomeContext } from './bucket-home.js';
import { copyFromBucket } from './copy-from-bucket.js';

/** Blobs as records of packs in a bucket. */
export function bucketBlobStore(context: BucketHomeContext, home: PackHome, putter: Putter): BlobStore {
  const { database, hasher, reader } = context;
  const { algorithm } = hasher;
  const canHave = (digest: string) => isContentDigest(digest) && digest.startsWith(`${algorithm}:`);
  const reading = { ...context, canHave };
  return {
    algorithm,

    /** The epoch of garbage collection. */
    basis: async (options) => String(await database.read(readEpoch, options)),

    put: (sources, options) => putter.put(home, sources, options),

    async has(digests, { signal } = {}) {
      signal?.throwIfAborted();
      const possible = digests.filter(canHave);
      const found = await reader.find(possible.map(rawDigest), { signal });
      signal?.throwIfAborted();
      return new Set(possible.filter((digest) => found.has(keyOf(rawDigest(digest)))));
    },

    open: (digest, options) => readBlob(reading, digest, options),
    copyTo: (files, options = {}) => copyFromBucket(reading, files, options),
  };
}
