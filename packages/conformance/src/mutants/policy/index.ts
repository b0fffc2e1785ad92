import { filesMutants } from './files.js';
import type { StoragePolicyMutant } from './lie.js';
import { referencesMutants } from './references.js';

/** Storage policies that break their contract. */
export const storagePolicyMutants: readonly StoragePolicyMutant[] = [...filesMutants, ...referencesMutants];
