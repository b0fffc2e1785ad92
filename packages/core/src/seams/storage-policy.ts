import type { AnyIterable, ByteRange, CallOptions } from '../bytes.js';
import type { FileEntry, ReferenceEntry } from '../entry.js';
import type { HandlerRegistry } from '../handler-registry.js';
import type { JsonObject } from '../json.js';
import type { Source } from '../source.js';
import type { BlobStore, TransferOptions } from './blob-store.js';
import type { ReferenceState } from './storage-handler.js';

export interface FileToStore {
  /** The path it will have in the artifact. */
  readonly path: string;
  readonly source: Source;
}

export interface StoredFile {
  readonly entry: FileEntry;
  /** `false` when its bytes were stored already. */
  readonly created: boolean;
}

export interface FileToLoad {
  readonly entry: FileEntry;
  /** An absolute path of this machine. Its folder exists. */
  readonly to: string;
  /** As `CopyRequest.isFolderNew`. */
  readonly isFolderNew?: boolean | undefined;
}

export interface LoadedFile {
  readonly entry: FileEntry;
  /** `false` when the right file was there already. */
  readonly written: boolean;
}

export interface StoreReferenceOptions extends CallOptions {
  /** The path of a single object, or the folder for the objects of a prefix. Default: the object's own name, or none. */
  readonly name?: string | undefined;
  /** Whether to record what the source says of the object. Default: `true`. */
  readonly checksum?: boolean | undefined;
  /** One object more is `too_many_objects`. Default: 10,000. */
  readonly maxObjects?: number | undefined;
}

/**
 * Decides where an artifact's files go and how its references are treated. Receives plain values; knows no artifact, no
 * run and nothing global. A manifest names its policy and config, so that a reader can make the same one again.
 */
export interface StoragePolicy {
  readonly name: string;
  /** What {@link StoragePolicyFactory.create} needs to make this policy again. */
  config(): JsonObject;

  /** Stores files; one result per file, in any order. Durable once the iteration has ended. Fails as `BlobStore.put`. */
  storeFiles(files: AnyIterable<FileToStore>, options?: TransferOptions): AsyncIterable<StoredFile>;

  /** Makes local files of entries; one result per entry, in any order. Promises and fails as `BlobStore.copyTo`. */
  loadFiles(files: AnyIterable<FileToLoad>, options?: TransferOptions): AsyncIterable<LoadedFile>;

  /** The bytes of a stored file. Promises and fails as `BlobStore.open`. */
  openFile(
    entry: FileEntry,
    options?: CallOptions & { readonly range?: ByteRange | undefined },
  ): AsyncIterable<Uint8Array>;

  /**
   * Turns a URI into entries.
   *
   * @throws CairnError as `StorageHandler.observe`, and `too_many_objects`, `path_invalid`, `uri_invalid`.
   */
  storeReference(uri: string, options?: StoreReferenceOptions): AsyncIterable<ReferenceEntry>;

  /**
   * The bytes of a reference. Promises and fails as `StorageHandler.open`, and `handler_missing` when no handler serves
   * its scheme.
   */
  loadReference(
    entry: ReferenceEntry,
    options?: CallOptions & { readonly range?: ByteRange | undefined },
  ): AsyncIterable<Uint8Array>;

  /**
   * Whether the object of a reference still is the one that was recorded.
   *
   * @throws CairnError as `StorageHandler.verify`, and `handler_missing` when no handler serves its scheme.
   */
  checkReference(entry: ReferenceEntry, options?: CallOptions): Promise<ReferenceState>;
}

/**
 * Tells the references that this machine's user recorded from those of someone else's manifest, by a mark that only this
 * user's machine can make. It travels in the entry's extras under the key `mark`.
 */
export interface ReferenceTrust {
  /** The mark of a URI, or `undefined` where none can be made. */
  mark(uri: string): Promise<string | undefined>;
  isOwn(uri: string, mark: string): Promise<boolean>;
}

/** What a policy is made of. */
export interface StoragePolicyContext {
  readonly blobs: BlobStore;
  readonly handlers: HandlerRegistry;
  /** Without it every reference counts as someone else's. */
  readonly trust?: ReferenceTrust | undefined;
  /** As {@link StoragePolicy.config} gave it; `{}` for a new artifact. */
  readonly config: JsonObject;
}

export interface StoragePolicyFactory {
  /** The name of the policies it makes. */
  readonly name: string;
  /** @throws CairnError `unsupported_format` when it doesn't understand the config. */
  create(context: StoragePolicyContext): StoragePolicy;
}
