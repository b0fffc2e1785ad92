import { keysMutants } from './keys.js';
import type { ObjectStoreMutant } from './lie.js';
import { readingMutants } from './reading.js';
import { signedMutants } from './signed.js';
import { writingMutants } from './writing.js';

/** Object stores that break their contract. */
export const objectStoreMutants: readonly ObjectStoreMutant[] = [
  ...writingMutants,
  ...readingMutants,
  ...keysMutants,
  ...signedMutants,
];
