import { abortingMutants } from './aborting.js';
import { committingMutants } from './committing.js';
import { conditionsMutants } from './conditions.js';
import { deletingMutants } from './deleting.js';
import { edgesMutants } from './edges.js';
import type { CatalogMutant } from './lie.js';
import { lineageMutants } from './lineage.js';
import { listingMutants } from './listing.js';
import { racesMutants } from './races.js';
import { refusalsMutants } from './refusals.js';
import { restoringMutants } from './restoring.js';
import { runsMutants } from './runs.js';
import { sortingMutants } from './sorting.js';
import { updatingMutants } from './updating.js';

/** Catalogs that break their contract. */
export const catalogMutants: readonly CatalogMutant[] = [
  ...runsMutants,
  ...committingMutants,
  ...edgesMutants,
  ...racesMutants,
  ...listingMutants,
  ...conditionsMutants,
  ...sortingMutants,
  ...updatingMutants,
  ...deletingMutants,
  ...restoringMutants,
  ...lineageMutants,
  ...refusalsMutants,
  ...abortingMutants,
];
