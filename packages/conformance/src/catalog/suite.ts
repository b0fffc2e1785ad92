import { registerSuite, type Setup, type Suite } from '../suite.js';
import { aborting } from './aborting.js';
import { committing } from './committing.js';
import { conditions } from './conditions.js';
import { deleting } from './deleting.js';
import { edges } from './edges.js';
import type { CatalogFixture } from './fixture.js';
import { lineage } from './lineage.js';
import { listing } from './listing.js';
import { races } from './races.js';
import { refusals } from './refusals.js';
import { restoring } from './restoring.js';
import { runs } from './runs.js';
import { sorting } from './sorting.js';
import { updating } from './updating.js';

/** What a `Catalog` promises. */
export const catalogSuite: Suite<CatalogFixture> = {
  name: 'Catalog',
  cases: [
    ...runs,
    ...committing,
    ...edges,
    ...races,
    ...listing,
    ...conditions,
    ...sorting,
    ...updating,
    ...deleting,
    ...restoring,
    ...lineage,
    ...refusals,
    ...aborting,
  ],
};

/**
 * Tests a catalog.
 *
 * @example
 * testCatalog('folder', async () => ({ catalog: await openFolder(dir) }));
 */
export function testCatalog(name: string, setup: Setup<CatalogFixture>): void {
  registerSuite(catalogSuite, name, setup);
}
