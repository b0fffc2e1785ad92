export {
  CairnError,
  type CollectionRecord,
  type Comparison,
  type Condition,
  type ErrorCode,
  errorCodes,
  type JsonObject,
  type JsonPrimitive,
  type JsonValue,
  type LazyHandler,
  type LineageEdge,
  type LineageGraph,
  type LineageNode,
  type ReferenceEntry,
  type RunState,
  type SortKey,
  type StorageHandler,
  type StoragePolicyFactory,
  type Store,
} from '@cairn/core';
export { Api, type ArtifactsOptions, type CollectionsOptions, type RunsOptions } from './api.js';
export type { FileData } from './artifact/file-data.js';
export type { FileWriter, OpenFile } from './artifact/file-writer.js';
export type {
  AddDirOptions,
  AddFileOptions,
  AddReferenceOptions,
  ArtifactOptions,
  NewFileOptions,
} from './artifact/options.js';
export { Artifact } from './artifact.js';
export { logArtifact, useArtifact } from './current-calls.js';
export { type ArtifactDefinition, defineArtifact } from './define-artifact.js';
export type { DownloadOptions, EntryDownloadOptions } from './download/options.js';
export type { Handler } from './handlers.js';
export { init, withRun } from './init.js';
export type { ArtifactType, Jsonable, Metadata, MetadataOf, MetadataSchema } from './metadata-types.js';
export type { FileInFlight, OnProgress, ProgressEvent } from './progress.js';
export type { RunOptions } from './run/start-run.js';
export type {
  FinishOptions,
  LogOptions,
  LogSourceOptions,
  Run,
  RunSyncOptions,
  TypedUseOptions,
  UseDraftOptions,
  UseOptions,
} from './run.js';
export type { RunInfo } from './run-info.js';
export { findStore } from './store/find-store.js';
export type { SyncCallOptions, SyncedVersion, SyncProgress, SyncResult } from './sync/sync-result.js';
export { type SyncOptions, syncStore } from './sync/sync-store.js';
export type { ReferencesReport } from './version/check-references.js';
export type { LabelSet } from './version/label-set.js';
export type { VerifyFolderOptions, VerifyReport } from './version/verify.js';
export type {
  Entry,
  LineageOptions,
  LoggedVersion,
  MetadataChange,
  Version,
  VersionDiff,
} from './version.js';
export type { WorkspaceOptions } from './workspace.js';
