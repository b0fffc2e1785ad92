import { proveSuite } from '../../test/prove-suite.js';
import { catalogMutants, memoryCatalogFixture } from '../mutants.js';
import { catalogSuite, testCatalog } from './suite.js';

testCatalog('memory', memoryCatalogFixture);
proveSuite(catalogSuite, memoryCatalogFixture, catalogMutants);
