import { proveSuite } from '../../test/prove-suite.js';
import { memoryObjectStoreFixture, objectStoreMutants } from '../mutants.js';
import { objectStoreSuite, testObjectStore } from './suite.js';

testObjectStore('memory', memoryObjectStoreFixture);
proveSuite(objectStoreSuite, memoryObjectStoreFixture, objectStoreMutants);
