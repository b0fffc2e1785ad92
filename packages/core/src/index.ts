export { type ArtifactRef, formatArtifactRef, parseArtifactRef } from './artifact-ref.js';
export { type Batched, batched, batchesOf } from './batched.js';
export { type AnyIterable, type ByteRange, type CallOptions, concatBytes, readAll } from './bytes.js';
export { checkCommit, checkNewRun, checkPatch, loggedAgain, outdatedBasis } from './catalog-checks.js';
export { defaultMaxObjects, defaultStoragePolicy } from './default-storage-policy.js';
export {
  algorithmOf,
  type ContentAlgorithm,
  type ContentDigest,
  type Digest,
  type DigestKind,
  digestKind,
  isContentDigest,
  parseDigest,
} from './digest.js';
export type { Entry, FileEntry, ReferenceEntry } from './entry.js';
export { entryNameOf, entryPathOf } from './entry-path.js';
export { CairnError, type CairnErrorOptions, type ErrorCode, errorCodes, redact } from './errors.js';
export { findAmbiguity } from './find-ambiguity.js';
export { findListed, type ListedFolder, type ListedPage, type ListedPlace } from './find-listed.js';
export {
  createHandlerRegistry,
  type HandlerRegistry,
  type LazyHandler,
  requireHandler,
} from './handler-registry.js';
export { type Hasher, type IncrementalHash, loadHasher } from './hash/hasher.js';
export { holdSockets, type SocketHolder } from './held-sockets.js';
export { canonicalJson, type JsonObject, type JsonPrimitive, type JsonValue } from './json.js';
export { type LineageSource, walkLineage } from './lineage.js';
export { diffManifests, type EntryChange } from './manifest/diff-manifests.js';
export type { LeafRef, PolicyRef } from './manifest/index-blob.js';
export { checkEntry, type Leaf } from './manifest/leaf.js';
export {
  type EntriesOptions,
  type Manifest,
  type OpenManifestOptions,
  openManifest,
} from './manifest/manifest.js';
export { type ManifestEdits, rewriteManifest } from './manifest/rewrite-manifest.js';
export type { EntryEdit } from './manifest/splice-leaf.js';
export { type WrittenManifest, writeManifest } from './manifest/write-manifest.js';
export {
  checkDescription,
  checkMetadata,
  maxMetadataBytes,
  maxMetadataDepth,
  parseMetadata,
} from './metadata.js';
export {
  checkAlias,
  checkAliases,
  checkName,
  checkTag,
  checkTags,
  maxLabels,
  maxNameLength,
} from './name.js';
export { networkFailure } from './network-failure.js';
export { type ListedObject, observeListed } from './observe-listed.js';
export { parseJson } from './parse-json.js';
export { type ParsedQuery, parseQuery, parseSort } from './parse-query.js';
export { checkPath, compareUtf8, maxPathBytes, maxSegmentBytes, sortByUtf8, utf8Length } from './path.js';
export { printable, quote } from './printable.js';
export type {
  CollectionQuery,
  Comparison,
  Condition,
  Place,
  QueryScope,
  RunQuery,
  SortKey,
  VersionQuery,
} from './query.js';
export type { BlobStore, CopyRequest, CopyResult, PutResult, TransferOptions } from './seams/blob-store.js';
export {
  type Catalog,
  type CollectionRecord,
  type CollectionRef,
  type CommitRequest,
  type CommitResult,
  heartbeatIntervalMs,
  heartbeatTimeoutMs,
  type LineageEdge,
  type LineageGraph,
  type LineageNode,
  type LineageRequest,
  type NewRun,
  type PartOptions,
  type RunOwner,
  type RunRecord,
  type RunState,
  type VersionPatch,
  type VersionRecord,
  type VersionSelector,
} from './seams/catalog.js';
export type { ObjectInfo, ObjectStore, SignedRequest } from './seams/object-store.js';
export type {
  Observation,
  ObserveOptions,
  OpenOptions,
  ReferenceOptions,
  ReferenceState,
  StorageHandler,
} from './seams/storage-handler.js';
export type {
  FileToLoad,
  FileToStore,
  LoadedFile,
  ReferenceTrust,
  StoragePolicy,
  StoragePolicyContext,
  StoragePolicyFactory,
  StoredFile,
  StoreReferenceOptions,
} from './seams/storage-policy.js';
export type { ProjectRef, Store } from './seams/store.js';
export type { FileStamp, Source } from './source.js';
export { codeOfStatus, typedFailures } from './typed-failures.js';
export { untilAborted } from './until-aborted.js';
export { checkUri, maxUriBytes, schemeOf, secretParameter } from './uri.js';
export { Waiting } from './waiting.js';
