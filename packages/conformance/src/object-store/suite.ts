import { registerSuite, type Setup, type Suite } from '../suite.js';
import type { ObjectStoreFixture } from './fixture.js';
import { keys } from './keys.js';
import { reading } from './reading.js';
import { signedWriting } from './signed-writing.js';
import { signing } from './signing.js';
import { writing } from './writing.js';

/** What an `ObjectStore` promises. */
export const objectStoreSuite: Suite<ObjectStoreFixture> = {
  name: 'ObjectStore',
  cases: [...writing, ...reading, ...keys, ...signing, ...signedWriting],
};

/**
 * Tests an object store.
 *
 * @example
 * testObjectStore('s3', async () => ({ objects: s3Objects({ bucket, prefix }) }));
 */
export function testObjectStore(name: string, setup: Setup<ObjectStoreFixture>): void {
  registerSuite(objectStoreSuite, name, setup);
}
