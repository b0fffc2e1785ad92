import { CairnError, type ContentDigest, type PutResult } from '@cairn/core';
import { memoryBlobStore } from '@cairn/core/memory';
import { memoryBlobStoreFixture } from './fixture.js';
import { type BlobStoreMutant, lie } from './lie.js';

/** A store that tells something else than what became of a source. */
function reports(name: string, other: (result: PutResult) => Partial<PutResult>): BlobStoreMutant {
  return lie(name, ({ put }) => ({
    async *put(sources, options) {
      for await (const result of put(sources, options)) yield { ...result, ...other(result) };
    },
  }));
}

export const batchesMutants: readonly BlobStoreMutant[] = [
  reports('starts the index again every 50 sources', ({ index }) => ({ index: index % 50 })),
  reports('calls everything created', () => ({ created: true })),
  reports('calls nothing created', () => ({ created: false })),
  lie('takes no more than 500 sources', ({ put }) => ({
    async *put(sources, options) {
      for await (const result of put(sources, options)) {
        if (result.index === 500) return;
        yield result;
      }
    },
  })),
  lie('forgets every 100th blob', ({ put, has }) => {
    const forgotten = new Set<ContentDigest>();
    return {
      async *put(sources, options) {
        for await (const result of put(sources, options)) {
          if (result.index % 100 === 99) forgotten.add(result.digest);
          yield result;
        }
      },
      has: async (digests, options) =>
        new Set([...(await has(digests, options))].filter((digest) => !forgotten.has(digest))),
    };
  }),
  lie('takes only sources that are there at once', ({ put }) => ({
    put: (sources, options) => (Symbol.iterator in sources ? put(sources, options) : put([], options)),
  })),
  lie('lets only one caller put at a time', ({ put }) => {
    let busy = false;
    return {
      async *put(sources, options) {
        if (busy) throw new CairnError('conflict', 'someone else is putting');
        busy = true;
        try {
          yield* put(sources, options);
        } finally {
          busy = false;
        }
      },
    };
  }),
  {
    name: 'keeps blobs for this process only',
    make: () => ({ ...memoryBlobStoreFixture(), reopen: async () => memoryBlobStore() }),
  },
];
