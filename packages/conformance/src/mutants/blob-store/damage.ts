import { writeFile } from 'node:fs/promises';
import { type BlobStore, CairnError, type ContentDigest } from '@cairn/core';
import { memoryBlobStoreFixture } from './fixture.js';
import type { BlobStoreMutant } from './lie.js';

/** A store that meets damage in another way. */
function meetsDamage(
  name: string,
  change: (honest: BlobStore, damaged: Set<ContentDigest>) => Partial<BlobStore>,
): BlobStoreMutant {
  return {
    name,
    make() {
      const damaged = new Set<ContentDigest>();
      const { blobs, damage, ...rest } = memoryBlobStoreFixture();
      return {
        ...rest,
        blobs: { ...blobs, ...change(blobs, damaged) },
        async damage(digest) {
          damaged.add(digest);
          await damage?.(digest);
        },
      };
    },
  };
}

export const damageMutants: readonly BlobStoreMutant[] = [
  {
    name: 'does not hash what it reads',
    make: () => ({ ...memoryBlobStoreFixture(), damage: async () => {} }),
  },
  meetsDamage('checks whole blobs only', ({ open }, damaged) => ({
    async *open(digest, options) {
      if (options?.range !== undefined && damaged.has(digest)) yield new Uint8Array(100);
      else yield* open(digest, options);
    },
  })),
  meetsDamage('puts nothing where something is', ({ open }, damaged) => ({
    async *open(digest, options) {
      if (damaged.has(digest)) throw new CairnError('integrity_mismatch', `${digest} is damaged`);
      yield* open(digest, options);
    },
  })),
  meetsDamage('closes once something is damaged', ({ open }, damaged) => ({
    async *open(digest, options) {
      if (damaged.size > 0) throw new CairnError('integrity_mismatch', 'the store is damaged');
      yield* open(digest, options);
    },
  })),
  meetsDamage('copies without hashing', ({ copyTo }, damaged) => ({
    async *copyTo(files, options) {
      async function* right() {
        for await (const file of files) {
          if (damaged.has(file.digest)) await writeFile(file.path, 'damaged bytes');
          else yield file;
        }
      }
      yield* copyTo(right(), options);
    },
  })),
];
