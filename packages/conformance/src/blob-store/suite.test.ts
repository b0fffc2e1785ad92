import { blobStoreMutants, memoryBlobStoreFixture } from '../mutants.js';
import { proveSuite } from '../prove-suite.js';
import { blobStoreSuite, testBlobStore } from './suite.js';

testBlobStore('memory', () => memoryBlobStoreFixture());
proveSuite(blobStoreSuite, () => memoryBlobStoreFixture(), blobStoreMutants);
