import { memoryCatalogFixture } from '../mutants/catalog/fixture.js';
import { testCatalog } from './suite.js';

testCatalog('memory', memoryCatalogFixture);
