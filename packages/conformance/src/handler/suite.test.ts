import { proveSuite } from '../../test/prove-suite.js';
import { memoryHandlerFixture, storageHandlerMutants } from '../mutants.js';
import { storageHandlerSuite, testStorageHandler } from './suite.js';

testStorageHandler('memory', () => memoryHandlerFixture());
testStorageHandler('memory with versions', () => memoryHandlerFixture({ versioned: true }));
proveSuite(storageHandlerSuite, () => memoryHandlerFixture(), storageHandlerMutants);
