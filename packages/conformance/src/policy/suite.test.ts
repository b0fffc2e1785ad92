import { defaultStoragePolicy } from '@cairn/core';
import { proveSuite } from '../../test/prove-suite.js';
import { storagePolicyMutants } from '../mutants.js';
import { storagePolicySuite, testStoragePolicy } from './suite.js';

const setup = () => ({ factory: defaultStoragePolicy });

testStoragePolicy('default', setup);
proveSuite(storagePolicySuite, setup, storagePolicyMutants);
