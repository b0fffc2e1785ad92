import { testBlobStore } from './index.js';
import { memoryBlobStoreFixture } from './mutants.js';

testBlobStore('memory', memoryBlobStoreFixture);
