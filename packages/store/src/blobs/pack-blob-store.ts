import { type BlobStore, CairnError, type ContentDigest, isContentDigest, quote } from '@cairn/core';
import { rawDigest } from '../packs/pack-format.js';
import { keyOf } from '../packs/pack-index.js';
import { type CopyContext, copyBlobs } from './copy-blobs.js';
import { putBlobs } from './put-blobs.js';
import type { PutContext } from './put-session.js';
import { missing, readBlob } from './read-blob.js';

export type BlobsContext = PutContext & CopyContext & { readonly readOnly: boolean };

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

    async *put(sources, options = {}) {
      if (readOnly) throw isReadOnly(packs);
      yield* putBlobs(context, sources, options);
    },

    async has(digests, { signal } = {}) {
      signal?.throwIfAborted();
      const possible = digests.filter(canHave);
      const found = await reader.find(possible.map(rawDigest), { signal });
      signal?.throwIfAborted();
      return new Set(possible.filter((digest) => found.has(keyOf(rawDigest(digest)))));
    },

    async *open(digest, options) {
      options?.signal?.throwIfAborted();
      if (!canHave(digest)) throw missing(digest);
      yield* readBlob(context, digest, options);
    },

    async *copyTo(files, options = {}) {
      yield* copyBlobs(context, checked(files), options);
    },
  };

  async function* checked<T extends { readonly digest: ContentDigest }>(
    files: Iterable<T> | AsyncIterable<T>,
  ) {
    for await (const file of files) {
      if (!canHave(file.digest)) throw missing(file.digest);
      yield file;
    }
  }
}

function isReadOnly(folder: string): CairnError {
  return new CairnError(
    'storage_readonly',
    `can't write to ${quote(folder)}: the store was opened to be read`,
    { hint: 'Open it without { readOnly }, where it can be written to.' },
  );
}
