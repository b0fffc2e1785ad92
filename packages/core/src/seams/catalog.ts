import type { CallOptions } from '../bytes.js';
import type { ContentDigest } from '../digest.js';
import type { JsonObject } from '../json.js';
import type { CollectionQuery, RunQuery, VersionQuery } from '../query.js';

/** One name in one project. */
export interface CollectionRef {
  readonly entity: string;
  readonly project: string;
  readonly name: string;
}

/** Which version of a collection. */
export type VersionSelector =
  | { readonly version: number }
  | { readonly alias: string }
  | { readonly digest: ContentDigest };

export type RunState = 'running' | 'finished' | 'failed' | 'crashed';

/** The process that executes a run; lets the same machine notice at once that it died. */
export interface RunOwner {
  /** Names the machine (and the process namespace) in which `pid` means something. */
  readonly host: string;
  readonly pid: number;
}

export interface NewRun {
  readonly entity: string;
  readonly project: string;
  /** Unique in the store. */
  readonly id: string;
  readonly name?: string | undefined;
  readonly jobType?: string | undefined;
  readonly config: JsonObject;
  readonly owner?: RunOwner | undefined;
}

export interface RunRecord {
  readonly entity: string;
  readonly project: string;
  readonly id: string;
  readonly name?: string;
  readonly jobType?: string;
  readonly config: JsonObject;
  /** `crashed`: it never ended, and its process is gone or has not been heard of for {@link heartbeatTimeoutMs}. */
  readonly state: RunState;
  /** ISO 8601, UTC, as are all times. */
  readonly startedAt: string;
  readonly endedAt?: string;
  /** Why it failed, in one line. */
  readonly error?: string;
}

/** How often a running process says so, in milliseconds. */
export const heartbeatIntervalMs = 10_000;
/** After how long a silence a run counts as crashed, in milliseconds. */
export const heartbeatTimeoutMs = 60_000;

export interface CollectionRecord extends CollectionRef {
  readonly type: string;
  /** How many versions it has, deleted ones not counted. */
  readonly versionCount: number;
  /** The version that `latest` points to. */
  readonly latest?: number;
  /** The size of that version, in bytes. */
  readonly latestSize?: number;
  readonly aliases: readonly { readonly alias: string; readonly version: number }[];
  readonly createdAt: string;
  /** When its newest version was created. */
  readonly updatedAt: string;
}

export interface VersionRecord extends CollectionRef {
  /** Unique in the store, opaque. */
  readonly id: string;
  readonly type: string;
  /** 0, 1, 2 …: dense, in the order of creation, never reused. */
  readonly version: number;
  /** The artifact's digest: that of the manifest's index. */
  readonly digest: ContentDigest;
  /** The blob that holds the manifest's index. */
  readonly manifest: ContentDigest;
  readonly entryCount: number;
  /** Of all entries whose size is known, in bytes. */
  readonly size: number;
  readonly description?: string;
  readonly metadata: JsonObject;
  /** Sorted. */
  readonly aliases: readonly string[];
  /** Sorted. */
  readonly tags: readonly string[];
  /** For how long it is to be kept after its creation, in seconds. Absent: for ever. */
  readonly ttl?: number;
  readonly createdAt: string;
  /** Counts the alias moves of the collection; see {@link VersionPatch.aliases}. */
  readonly aliasRevision: number;
}

export interface CommitRequest extends CollectionRef {
  /** Of the collection. The first commit sets it; another one is `type_mismatch`. */
  readonly type: string;
  readonly digest: ContentDigest;
  readonly manifest: ContentDigest;
  readonly entryCount: number;
  readonly size: number;
  readonly description?: string | undefined;
  readonly metadata: JsonObject;
  /** To move to the version, beside `latest`. */
  readonly aliases: readonly string[];
  /** To add to the version. */
  readonly tags: readonly string[];
  /** {@link VersionRecord.ttl} of a new version. */
  readonly ttl?: number | undefined;
  /** What `BlobStore.basis` said before any blob was looked up or stored. Default: none, if no garbage collection runs. */
  readonly basis?: string | undefined;
  /** The run that does it. An `output` is logged, an `input` is used. */
  readonly edge?: { readonly runId: string; readonly direction: 'input' | 'output' } | undefined;
}

export interface CommitResult {
  readonly version: VersionRecord;
  /** `false` when the collection had a version with this digest, which then is the answer. */
  readonly created: boolean;
}

/** What to change of a version. Each field says what it was seen to be, so that nobody's change is overwritten. */
export interface VersionPatch {
  readonly description?: { readonly from: string | undefined; readonly to: string | undefined };
  readonly metadata?: { readonly from: JsonObject; readonly to: JsonObject };
  readonly tags?: { readonly from: readonly string[]; readonly to: readonly string[] };
  readonly ttl?: { readonly from: number | undefined; readonly to: number | undefined };
  readonly aliases?: {
    /** The {@link VersionRecord.aliasRevision} that was seen; an alias below that moved since is a `conflict`. */
    readonly revision: number;
    readonly add: readonly string[];
    readonly remove: readonly string[];
  };
}

export type LineageNode =
  | { readonly kind: 'run'; readonly run: RunRecord }
  | { readonly kind: 'version'; readonly version: VersionRecord; readonly deleted: boolean };

/** Along the flow of data: from a used version to its run, or from a run to a version it logged. */
export interface LineageEdge {
  /** {@link VersionRecord.id} or {@link RunRecord.id}. */
  readonly from: string;
  readonly to: string;
}

export interface LineageGraph {
  /** The nearest first; the start is the first. */
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
  /** How many more neighbours a node has that `depth` or `maxNodes` left out, by id. Empty: the graph is complete. */
  readonly beyond: ReadonlyMap<string, number>;
}

export interface LineageRequest {
  readonly start: { readonly versionId: string } | { readonly runId: string };
  /** `up`: where it comes from. `down`: what was made of it. `both`: these two together, without their siblings. */
  readonly direction: 'up' | 'down' | 'both';
  /** In edges from the start: 1 shows the runs next to a version, 2 their artifacts. */
  readonly depth: number;
  /** Nearer nodes win. */
  readonly maxNodes: number;
}

/** Which part of a list of what is next to a run or a version. */
export interface PartOptions extends CallOptions {
  /** Default: no limit. */
  readonly limit?: number | undefined;
  /** The id of an item of the list: begins behind it. Default: begins with the first. */
  readonly after?: string | undefined;
}

/**
 * The transactional side of a store: projects, collections, versions, aliases, runs and edges. Entities and projects come
 * into being when first named.
 *
 * Every method is one atomic step, also when many processes call it at once, and durable when its promise resolves.
 * Values are checked again here, at the last door before they are stored, and refused with the codes of
 * {@link CairnError}. Lists come in pages inside and are never cut, except by a given `limit`. Those that begin `after` an item
 * which isn't there are `not_found`; one that was deleted since is there still.
 */
export interface Catalog {
  /** Starts a run in state `running`. @throws CairnError `conflict` when the id is taken. */
  startRun(run: NewRun, options?: CallOptions): Promise<RunRecord>;

  /** Says that a run is alive. Without effect on a run that ended. */
  heartbeat(runId: string, options?: CallOptions): Promise<void>;

  /** Ends a run, once: a run that has ended stays as it is. @throws CairnError `not_found`. */
  finishRun(
    runId: string,
    end: { readonly state: 'finished' | 'failed'; readonly error?: string | undefined },
    options?: CallOptions,
  ): Promise<RunRecord>;

  /** A run, or `undefined`. */
  getRun(runId: string, options?: CallOptions): Promise<RunRecord | undefined>;

  /** Runs, newest first. */
  listRuns(query: RunQuery, options?: CallOptions): AsyncIterable<RunRecord>;

  /**
   * Makes a manifest that is already stored a version of its collection.
   *
   * If a version with this digest exists, it is the answer and stays as it is; else the next number is taken, with the
   * description, metadata and tags given. Then the aliases and `latest` move to it and the edge is recorded, except that
   * an `input` edge moves no alias of a version that existed. Concurrent commits get dense, distinct numbers; of equal
   * digests, one.
   *
   * @throws CairnError `type_mismatch`, `name_invalid`, `alias_invalid`, `metadata_invalid`; `run_finished` when the run
   * of the edge has ended; `not_found` when it doesn't exist; `conflict`, which is retryable, when the basis of a new
   * version is outdated: ask for another, make sure that all its blobs are there, and commit again.
   */
  commitVersion(request: CommitRequest, options?: CallOptions): Promise<CommitResult>;

  /** A version that is not deleted, or `undefined`. */
  findVersion(
    collection: CollectionRef,
    selector: VersionSelector,
    options?: CallOptions,
  ): Promise<VersionRecord | undefined>;

  /** Versions that are not deleted, or those that are; newest first unless sorted otherwise. */
  listVersions(query: VersionQuery, options?: CallOptions): AsyncIterable<VersionRecord>;

  /** Collections, by name. */
  listCollections(query: CollectionQuery, options?: CallOptions): AsyncIterable<CollectionRecord>;

  /**
   * Changes what may change of a version, all of it or nothing.
   *
   * @throws CairnError `conflict` naming the field that someone else changed meanwhile; `not_found`, `alias_invalid`,
   * `name_invalid` (a tag), `metadata_invalid`.
   */
  updateVersion(versionId: string, patch: VersionPatch, options?: CallOptions): Promise<VersionRecord>;

  /**
   * Deletes a version. Its number is not used again; lineage shows it as deleted. If it was `latest`, the highest
   * version left becomes it.
   *
   * @throws CairnError `conflict` when it has aliases other than `latest` and `deleteAliases` is not set; `not_found`.
   */
  deleteVersion(
    versionId: string,
    options?: CallOptions & { readonly deleteAliases?: boolean | undefined },
  ): Promise<void>;

  /**
   * Brings a deleted version back, with its number, metadata and tags. Aliases that were deleted with it don't come back,
   * but `latest` moves to it if no higher version has it. One that is not deleted is the answer and stays as it is.
   *
   * @throws CairnError `not_found` when there never was one, or when garbage was collected since it was deleted; `conflict`
   * when a version with the same digest was made since.
   */
  restoreVersion(versionId: string, options?: CallOptions): Promise<VersionRecord>;

  /** Records that a run uses a version. Idempotent. @throws CairnError `not_found`, `run_finished`. */
  recordUse(runId: string, versionId: string, options?: CallOptions): Promise<void>;

  /** The versions a run used (`input`) or logged (`output`), in the order they were. Deleted ones are left out. */
  versionsOfRun(
    runId: string,
    direction: 'input' | 'output',
    options?: PartOptions,
  ): AsyncIterable<VersionRecord>;

  /** The runs that used (`input`) or logged (`output`) a version, in the order they did. */
  runsOfVersion(
    versionId: string,
    direction: 'input' | 'output',
    options?: PartOptions,
  ): AsyncIterable<RunRecord>;

  /** The graph around a version or a run. @throws CairnError `not_found`. */
  lineage(request: LineageRequest, options?: CallOptions): Promise<LineageGraph>;
}
