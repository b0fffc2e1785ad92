import { memoryHandlerFixture, storageHandlerMutants } from '../mutants.js';
import { proveSuite } from '../prove-suite.js';
import { storageHandlerSuite, testStorageHandler } from './suite.js';

testStorageHandler('memory', () => memoryHandlerFixture());
testStorageHandler('memory with versions', () => memoryHandlerFixture({ versioned: true }));
proveSuite(storageHandlerSuite, () => memoryHandlerFixture(), storageHandlerMutants);
