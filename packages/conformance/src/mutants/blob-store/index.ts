import { basisMutants } from './basis.js';
import { batchesMutants } from './batches.js';
import { copyingMutants } from './copying.js';
import { damageMutants } from './damage.js';
import { failingMutants } from './failing.js';
import type { BlobStoreMutant } from './lie.js';
import { pathSourcesMutants } from './path-sources.js';
import { puttingMutants } from './putting.js';
import { readingMutants } from './reading.js';

/** Blob stores that break their contract. */
export const blobStoreMutants: readonly BlobStoreMutant[] = [
  ...basisMutants,
  ...puttingMutants,
  ...batchesMutants,
  ...failingMutants,
  ...pathSourcesMutants,
  ...readingMutants,
  ...damageMutants,
  ...copyingMutants,
];
