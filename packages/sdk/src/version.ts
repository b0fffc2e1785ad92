import type {
  ByteRange,
  CallOptions,
  ContentDigest,
  Digest,
  Entry as EntryRecord,
  JsonValue,
  LineageGraph,
} from '@cairn/core';
import type { DownloadOptions, EntryDownloadOptions } from './download/options.js';
import type { Metadata } from './metadata-types.js';
import type { RunInfo } from './run-info.js';
import type { ReferencesReport } from './version/check-references.js';
import type { LabelSet } from './version/label-set.js';
import type { VerifyFolderOptions, VerifyReport } from './version/verify.js';

/**
 * A logged artifact. Its content never changes; its description, metadata, aliases, tags and ttl can be edited in place
 * and written by {@link save}.
 */
export interface Version<M extends object = Metadata> {
  /** Unique in the store, opaque. */
  readonly id: string;
  readonly entity: string;
  readonly project: string;
  /** Of the collection. */
  readonly name: string;
  readonly version: `v${number}`;
  readonly type: string;
  /** The artifact's digest: equal contents have equal ones. */
  readonly digest: ContentDigest;
  readonly entryCount: number;
  /** Of all entries whose size is known, in bytes. */
  readonly size: number;
  /** ISO 8601, UTC. */
  readonly createdAt: string;

  description: string | undefined;
  metadata: M;
  /** Movable names of the version, unique in the collection. Add, delete, or assign any iterable. */
  get aliases(): LabelSet;
  set aliases(aliases: Iterable<string>);
  get tags(): LabelSet;
  set tags(tags: Iterable<string>);
  /** For how long it is to be kept after its creation, in seconds. `undefined`: for ever. */
  ttl: number | undefined;

  /**
   * Writes what was edited, all of it or nothing; makes no call if nothing was.
   *
   * @throws CairnError `conflict` when someone else changed the same field meanwhile; `alias_invalid`, `name_invalid` (a
   * tag), `metadata_invalid`, `not_found`.
   */
  save(options?: CallOptions): Promise<void>;

  /**
   * Makes files of the entries, and returns the absolute path of their folder. What is there and right is left alone; what
   * is damaged is replaced. Every byte is verified before its file is visible. What a download that was killed left beside a file
   * that is made now is removed.
   *
   * @throws CairnError `integrity_mismatch`, `reference_changed`, `path_conflict` (also where the file system takes two
   * names for one), `path_invalid`, `handler_missing`, `scheme_refused`, `not_found`, `storage_full`, `forbidden`.
   */
  download(options?: DownloadOptions): Promise<string>;
  /** The entry at a path. @throws CairnError `not_found`, with the nearest paths. */
  getPath(path: string, options?: CallOptions): Promise<Entry>;
  /** All entries, or those whose path starts with `prefix`, in the order of their paths' UTF-8 bytes. */
  entries(options?: CallOptions & { readonly prefix?: string | undefined }): AsyncIterable<Entry>;
  /** Compares a folder with the entries, byte by byte. Default: where `download` puts them. */
  verify(root?: string, options?: VerifyFolderOptions): Promise<VerifyReport>;

  /** Asks the sources of all references whether what was recorded is still there. Touches no file on disk. */
  checkReferences(options?: CallOptions): Promise<ReferencesReport>;

  /** The run that logged it first; `undefined` if none did. */
  loggedBy(options?: CallOptions): Promise<RunInfo | undefined>;
  /** The runs that used it, in the order they did. */
  usedBy(options?: CallOptions): AsyncIterable<RunInfo>;
  /** The graph around it. */
  lineage(options?: LineageOptions): Promise<LineageGraph>;
  /** What makes this version `other`. Costs what differs, not what is there. */
  diff(other: Version<object>, options?: CallOptions): Promise<VersionDiff>;
  /**
   * Deletes it. Its number is not used again; its space comes back at the next collection of garbage.
   *
   * @throws CairnError `conflict` when it has aliases other than `latest` and `deleteAliases` is not set.
   */
  delete(options?: CallOptions & { readonly deleteAliases?: boolean | undefined }): Promise<void>;
  /**
   * Brings it back after it was deleted, with its number. Of its aliases only `latest` comes back, and only if it is the
   * highest version. `api.artifacts({ deleted: true })` lists what can be brought back.
   *
   * @throws CairnError `not_found` when garbage was collected since; `conflict` when the same contents were logged again.
   */
  restore(options?: CallOptions): Promise<void>;
  /** `entity/project/name:vN`. */
  toString(): string;
}

/** A version, and what logging it did. */
export interface LoggedVersion<M extends object = Metadata> extends Version<M> {
  /** `false` when the collection had a version with these contents, which then is this one. */
  readonly created: boolean;
  /** How many bytes of files were stored, and how many the store had already. */
  readonly bytes: { readonly new: number; readonly reused: number };
  readonly files: { readonly new: number; readonly reused: number };
}

/** One path of a version. */
export interface Entry {
  readonly path: string;
  readonly digest: Digest;
  /** In bytes; `undefined` for a reference whose size its source didn't tell. */
  readonly size: number | undefined;
  /** Whether nothing is known of the bytes: a reference that was added with `checksum: false`, or without any validator. */
  readonly isUnverified: boolean;
  /** The URI of a reference; `undefined` for a stored file. */
  ref(): string | undefined;
  /** Makes a file of it, as `version.download` does, and returns its absolute path. */
  download(options?: EntryDownloadOptions): Promise<string>;
  /**
   * The bytes, or a part of them. Who reads to the end has the right ones; who meets an error must discard what came
   * before it.
   */
  open(options?: CallOptions & { readonly range?: ByteRange | undefined }): AsyncIterable<Uint8Array>;
}

export interface LineageOptions extends CallOptions {
  /** `up`: where it comes from. `down`: what was made of it. Default: `both`. */
  readonly direction?: 'up' | 'down' | 'both' | undefined;
  /** In edges: 1 shows the runs next to a version, 2 their artifacts. Default: 2. */
  readonly depth?: number | undefined;
  /** Nearer nodes win; `beyond` counts what was left out. Default: 1,000. */
  readonly maxNodes?: number | undefined;
}

/** What makes one version another. */
export interface VersionDiff {
  readonly added: readonly EntryRecord[];
  readonly removed: readonly EntryRecord[];
  /** Other content at the same path. */
  readonly changed: readonly { readonly before: EntryRecord; readonly after: EntryRecord }[];
  /** The same content at another path. */
  readonly moved: readonly { readonly before: EntryRecord; readonly after: EntryRecord }[];
  readonly metadata: readonly MetadataChange[];
}

/** One value of the metadata that differs. */
export interface MetadataChange {
  readonly kind: 'added' | 'removed' | 'changed';
  /** The keys and indexes that lead to it, outermost first. */
  readonly path: readonly (string | number)[];
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}
