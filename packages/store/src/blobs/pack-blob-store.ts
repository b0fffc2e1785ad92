import { type BlobStore, CairnError, isContentDigest, type PutResult, quote } from '@cairn/core';
import { rawDigest } from '../packs/pack-format.js';
import { keyOf, readEpoch } from '../packs/pack-index.js';
import { type CopyContext, copyBlobs } from './copy-blobs.js';
import { putBlobs } from './put-blobs.js';
import type { PutContext } from './put-session.js';
import { readBlob } from './read-blob.js';

export interface BlobsContext extends Omit<PutContext, 'hasher'>, Omit<CopyContext, 'canHave'> {
  /** The folder, for messages. */
  readonly packs: string;
}

/** Blobs as records of packs. */
export function packBlobStore(context: BlobsContext): BlobStore {
  const { hasher, reader, readOnly, packs } = context;
  const { algorithm } = hasher;

  /** It is no digest otherwise, or one by another algorithm. */
  function canHave(digest: string): boolean {
    return isContentDigest(digest) && digest.startsWith(`${algorithm}:`);
  }

  return {
    algorithm,

    /** The epoch of garbage collection. */
    basis: async (options) => String(await context.database.read(readEpoch, options)),

    put: (sources, options = {}) => (readOnly ? refuse(packs) : putBlobs(context, sources, options)),

    async has(digests, { signal } = {}) {
      signal?.throwIfAborted();
      const possible = digests.filter(canHave);
      const found = await reader.find(possible.map(rawDigest), { signal });
      signal?.throwIfAborted();
      return new Set(possible.filter((digest) => found.has(keyOf(rawDigest(digest)))));
    },

    open: (digest, options) => readBlob({ ...context, canHave }, digest, options),
    copyTo: (files, options = {}) => copyBlobs({ ...context, canHave }, files, options),
  };
}

// biome-ignore lint/correctness/useYield: it always throws
async function* refuse(folder: string): AsyncGenerator<PutResult> {
  throw isReadOnly(folder);
}

/** Says that a store was opened to be read. */
export function isReadOnly(folder: string): CairnError {
  return new CairnError(
    'storage_readonly',
    `can't write to ${quote(folder)}: the store was opened to be read`,
    { hint: 'Open it without { readOnly }, where it can be written to.' },
  );
}
