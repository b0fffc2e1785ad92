import { proveSuite } from '../../test/prove-suite.js';
import { objectStoreMutants, signedObjectStoreFixture } from '../mutants.js';
import { objectStoreSuite, testObjectStore } from './suite.js';

testObjectStore('memory', signedObjectStoreFixture);
proveSuite(objectStoreSuite, signedObjectStoreFixture, objectStoreMutants);
