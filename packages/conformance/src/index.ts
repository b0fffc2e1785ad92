export { type BadInput, badInputs, expandInput, type InputPlace } from './bad-inputs.js';
export type { BlobStoreCapability, BlobStoreFixture } from './blob-store/fixture.js';
export { blobStoreSuite, testBlobStore } from './blob-store/suite.js';
export type { CatalogFixture } from './catalog/fixture.js';
export { catalogSuite, testCatalog } from './catalog/suite.js';
export { expectCairnError } from './expect-cairn-error.js';
export type { HandlerCapability, HandlerFixture } from './handler/fixture.js';
export { storageHandlerSuite, testStorageHandler } from './handler/suite.js';
export type { ObjectStoreFixture } from './object-store/fixture.js';
export { objectStoreSuite, testObjectStore } from './object-store/suite.js';
export type { StoragePolicyFixture } from './policy/fixture.js';
export { storagePolicySuite, testStoragePolicy } from './policy/suite.js';
export {
  type Case,
  type Deviation,
  type Fixture,
  type Outcome,
  type Requirement,
  runCase,
  type Setup,
  type Suite,
} from './suite.js';
