import { registerSuite, type Setup, type Suite } from '../suite.js';
import { basis } from './basis.js';
import { batches } from './batches.js';
import { copying } from './copying.js';
import { damage } from './damage.js';
import { failing } from './failing.js';
import type { BlobStoreFixture } from './fixture.js';
import { pathSources } from './path-sources.js';
import { putting } from './putting.js';
import { reading } from './reading.js';

/** What a `BlobStore` promises. */
export const blobStoreSuite: Suite<BlobStoreFixture> = {
  name: 'BlobStore',
  cases: [...basis, ...putting, ...batches, ...failing, ...pathSources, ...reading, ...damage, ...copying],
};

/**
 * Tests a blob store.
 *
 * @example
 * testBlobStore('folder', async () => ({ blobs: await openFolder(dir), capabilities: ['paths'] }));
 */
export function testBlobStore(name: string, setup: Setup<BlobStoreFixture>): void {
  registerSuite(blobStoreSuite, name, setup);
}
