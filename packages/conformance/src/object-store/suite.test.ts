import { memoryObjectStoreFixture, objectStoreMutants } from '../mutants.js';
import { proveSuite } from '../prove-suite.js';
import { objectStoreSuite, testObjectStore } from './suite.js';

testObjectStore('memory', memoryObjectStoreFixture);
proveSuite(objectStoreSuite, memoryObjectStoreFixture, objectStoreMutants);
