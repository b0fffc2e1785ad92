import { proveSuite } from '../../test/prove-suite.js';
import { blobStoreMutants, memoryBlobStoreFixture } from '../mutants.js';
import { blobStoreSuite, testBlobStore } from './suite.js';

testBlobStore('memory', () => memoryBlobStoreFixture());
proveSuite(blobStoreSuite, () => memoryBlobStoreFixture(), blobStoreMutants);
