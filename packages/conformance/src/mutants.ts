export { blobStoreMutants } from './mutants/blob-store.js';
export { memoryBlobStoreFixture } from './mutants/blob-store-fixture.js';
export type { Mutant } from './mutants/mutant.js';
