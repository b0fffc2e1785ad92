import { memoryHandlerFixture } from '../mutants/handler/fixture.js';
import { testStorageHandler } from './suite.js';

testStorageHandler('memory', () => memoryHandlerFixture());
testStorageHandler('memory with versions', () => memoryHandlerFixture({ versioned: true }));
