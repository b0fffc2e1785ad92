export { memoryBlobStoreFixture } from './mutants/blob-store/fixture.js';
export { blobStoreMutants } from './mutants/blob-store/index.js';
export { memoryCatalogFixture } from './mutants/catalog/fixture.js';
export { catalogMutants } from './mutants/catalog/index.js';
export { memoryHandlerFixture } from './mutants/handler/fixture.js';
export { storageHandlerMutants } from './mutants/handler/index.js';
export type { Mutant } from './mutants/mutant.js';
export { memoryObjectStoreFixture } from './mutants/object-store/fixture.js';
export { objectStoreMutants } from './mutants/object-store/index.js';
