import { registerSuite, type Setup, type Suite } from '../suite.js';
import { files } from './files.js';
import type { StoragePolicyFixture } from './fixture.js';
import { references } from './references.js';

/** What a `StoragePolicy` promises. */
export const storagePolicySuite: Suite<StoragePolicyFixture> = {
  name: 'StoragePolicy',
  cases: [...files, ...references],
};

/**
 * Tests a storage policy.
 *
 * @example
 * testStoragePolicy('encrypting', () => ({ factory: encryptingPolicy({ key }) }));
 */
export function testStoragePolicy(name: string, setup: Setup<StoragePolicyFixture>): void {
  registerSuite(storagePolicySuite, name, setup);
}
