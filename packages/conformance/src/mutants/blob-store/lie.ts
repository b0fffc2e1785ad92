import type { BlobStore } from '@cairn/core';
import type { BlobStoreFixture } from '../../blob-store/fixture.js';
import type { Mutant } from '../mutant.js';
import { memoryBlobStoreFixture } from './fixture.js';

export type BlobStoreMutant = Mutant<BlobStoreFixture>;

/** A store that is honest but for what is changed. */
export function lie(name: string, change: (honest: BlobStore) => Partial<BlobStore>): BlobStoreMutant {
  return {
    name,
    make() {
      const { blobs, ...rest } = memoryBlobStoreFixture();
      return { ...rest, blobs: { ...blobs, ...change(blobs) } };
    },
  };
}
