import type { CallOptions, JsonObject, Store } from '@cairn/core';
import type { Artifact } from './artifact.js';
import type { ArtifactType, MetadataOf, MetadataSchema } from './metadata-types.js';
import type { OnProgress } from './progress.js';
import type { SyncCallOptions, SyncResult } from './sync/sync-result.js';
import type { LoggedVersion, Version } from './version.js';

/**
 * One execution of a pipeline step, from `init` or `withRun`. What it logs are its outputs, what it uses its inputs.
 *
 * Calls that nobody awaits go on side by side. If such a call fails, {@link finish} rejects and names it.
 */
export interface Run extends AsyncDisposable {
  readonly id: string;
  readonly entity: string;
  readonly project: string;
  readonly name: string | undefined;
  readonly jobType: string | undefined;
  readonly config: JsonObject;
  readonly state: 'running' | 'finished' | 'failed';

  /**
   * Stores an artifact and makes it a version, with an output edge from this run. The same content as a version there is
   * answers with that version. `latest` and the given aliases move to it.
   *
   * Versions are numbered in the order of the calls, also of calls that are not awaited; one that fails takes no number.
   * When the promise resolves, the version is on disk. An abort leaves none, and keeps what was sent for the next time.
   *
   * @throws CairnError `metadata_invalid`, `alias_invalid`, `type_mismatch`, `source_changed`, `path_conflict`,
   * `storage_full`, `run_finished`, and what an `add…` threw that nobody awaited.
   */
  logArtifact<M extends object>(artifact: Artifact<M>, options?: LogOptions): Promise<LoggedVersion<M>>;
  /** Shorthand: a path, or the URI of a reference, in place of an artifact that holds just that. */
  logArtifact(source: string | URL, options: LogSourceOptions): Promise<LoggedVersion>;

  /**
   * Looks a version up, `[[entity/]project/]name[:vN | :alias | @digest]`, and records that this run uses it.
   *
   * @param options.schema Checks the metadata and gives it its type.
   * @throws CairnError `not_found` with the nearest names, `type_mismatch`, `metadata_invalid`, `run_finished`.
   */
  useArtifact<S extends MetadataSchema>(
    ref: string,
    options: TypedUseOptions<S>,
  ): Promise<Version<MetadataOf<S>>>;
  useArtifact(ref: string, options?: UseOptions): Promise<Version>;
  /** Uses a version with the artifact's content, which is stored first if there is none. Any number of times: one version. */
  useArtifact<M extends object>(artifact: Artifact<M>, options?: UseDraftOptions): Promise<LoggedVersion<M>>;

  /** The versions it used so far, in the order it did. */
  usedArtifacts(options?: CallOptions): AsyncIterable<Version>;
  /** The versions it logged so far, in the order it did. */
  loggedArtifacts(options?: CallOptions): AsyncIterable<Version>;

  /**
   * Sends what its project has in this store to another: after a run in offline mode, to the server that was named as the
   * store. Waits for all calls that are at work. May be called after {@link finish} too, and then sends how the run ended.
   * What a sync does is said at `syncStore`.
   *
   * @throws CairnError `not_found` when no other store is known, and as `syncStore`.
   */
  sync(options?: RunSyncOptions): Promise<SyncResult>;

  /**
   * Waits for all calls that are at work, then records the end. Idempotent; any other call afterwards but {@link sync} is `run_finished`.
   *
   * @throws CairnError When a call failed that nobody awaited: its code, with the run and the artifact named.
   */
  finish(options?: FinishOptions): Promise<void>;

  /**
   * For `await using`: finishes the run. It can't know whether its block failed, so the run counts as failed when one of
   * its calls did or the process is about to die. `withRun` knows.
   */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface LogOptions extends CallOptions {
  /** To move to the version, beside `latest`. */
  readonly aliases?: Iterable<string> | undefined;
  /** To give to a version that is created. */
  readonly tags?: Iterable<string> | undefined;
  /** Told at most ten times a second. What it throws is ignored. */
  readonly onProgress?: OnProgress | undefined;
}

export interface LogSourceOptions extends LogOptions {
  /** Of the artifact. */
  readonly name: string;
  /** Of the artifact. Default: `unspecified`. */
  readonly type?: ArtifactType | undefined;
}

export interface UseDraftOptions extends CallOptions {
  readonly onProgress?: OnProgress | undefined;
}

export interface UseOptions extends CallOptions {
  /** What the version must be of; another one is `type_mismatch`. */
  readonly type?: ArtifactType | undefined;
}

export interface TypedUseOptions<S extends MetadataSchema> extends UseOptions {
  /** What the metadata must match. What the schema makes of it is the version's `metadata`. */
  readonly schema: S;
}

export interface RunSyncOptions extends SyncCallOptions {
  /** The store, or where it is. Default: the server that was named as the store of the run. */
  readonly to?: Store | string | URL | undefined;
  /** Who one is to the server given as `to`. Default: `CAIRN_API_KEY`. */
  readonly apiKey?: string | undefined;
}

export interface FinishOptions extends CallOptions {
  /** Default: `failed` if there is an error or a call failed that nobody awaited, else `finished`. */
  readonly state?: 'finished' | 'failed' | undefined;
  /** Why it failed. Recorded in one line. */
  readonly error?: unknown;
}
