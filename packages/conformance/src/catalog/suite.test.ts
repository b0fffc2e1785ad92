import { catalogMutants, memoryCatalogFixture } from '../mutants.js';
import { proveSuite } from '../prove-suite.js';
import { catalogSuite, testCatalog } from './suite.js';

testCatalog('memory', memoryCatalogFixture);
proveSuite(catalogSuite, memoryCatalogFixture, catalogMutants);
