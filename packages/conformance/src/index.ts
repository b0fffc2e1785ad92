export type { BlobStoreCapability, BlobStoreFixture } from './blob-store/fixture.js';
export { blobStoreSuite, testBlobStore } from './blob-store/suite.js';
export { expectCairnError } from './expect-cairn-error.js';
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
