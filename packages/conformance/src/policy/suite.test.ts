import { defaultStoragePolicy } from '@cairn/core';
import { storagePolicyMutants } from '../mutants.js';
import { proveSuite } from '../prove-suite.js';
import { storagePolicySuite, testStoragePolicy } from './suite.js';

const setup = () => ({ factory: defaultStoragePolicy });

testStoragePolicy('default', setup);
proveSuite(storagePolicySuite, setup, storagePolicyMutants);
