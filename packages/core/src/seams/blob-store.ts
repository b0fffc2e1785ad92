import type { AnyIterable, ByteRange, CallOptions } from '../bytes.js';
import type { ContentAlgorithm, ContentDigest } from '../digest.js';
import type { Source } from '../source.js';

/** What became of one source given to {@link BlobStore.put}. */
export interface PutResult {
  /** The position of the source among those given, from 0. */
  readonly index: number;
  readonly digest: ContentDigest;
  /** In bytes. */
  readonly size: number;
  /** `false` when the store had these bytes already. */
  readonly created: boolean;
}

/** A blob and the file it shall become. */
export interface CopyRequest {
  readonly digest: ContentDigest;
  /** An absolute path of this machine. Its folder exists. */
  readonly path: string;
  /** Whether the caller just made that folder, so that another may replace it. Default: `false`. */
  readonly isFolderNew?: boolean | undefined;
}

export interface CopyResult {
  /** The position of the request among those given, from 0. */
  readonly index: number;
  /** In bytes. */
  readonly size: number;
  /** `false` when a file with exactly these bytes was there already and was left alone. */
  readonly written: boolean;
}

export interface TransferOptions extends CallOptions {
  /** Called with the number of bytes that were handled since the last call. Must not throw. */
  readonly onBytes?: ((count: number) => void) | undefined;
}

/**
 * Owned bytes by digest. Bulk first: give many, get many; one item is a list of one.
 *
 * All methods are safe for any number of concurrent calls and, for a store shared by processes, of processes.
 */
export interface BlobStore {
  /** What identifies bytes here; chosen when the store was created. */
  readonly algorithm: ContentAlgorithm;
  /** Whether every call is a request over a network, so that what is read one by one is slow. Default: `false`. */
  readonly isRemote?: boolean | undefined;

  /**
   * What a commit relies on: as long as it stays the same, no blob that was here goes away. Ask for it before anything is
   * looked up or stored, and give it to `CommitRequest.basis` in the end: garbage collection may have come between.
   *
   * @throws CairnError `unavailable`.
   */
  basis(options?: CallOptions): Promise<string>;
  /** @throws CairnError `quota_exceeded` when that commit has too many entries. */
  checkCount?(entries: number): void;

  /**
   * Stores the bytes of every source. Yields one result per source, in any order, as they are done. The bytes are
   * durable once the iteration has ended; nothing is promised before. Putting again what is damaged repairs it.
   *
   * Fails at the first source that can't be stored, and takes no more from `sources`. Bytes stored by then may stay.
   * Breaking off early has the same effect. What is returned may be {@link Batched}, for who stores many small things.
   *
   * @throws CairnError `source_changed` when a file differs from its stamp; `not_found` or `forbidden` when it can't be
   * read; `storage_full`, `storage_readonly`, `unavailable`.
   */
  put(sources: AnyIterable<Source>, options?: TransferOptions): AsyncIterable<PutResult>;

  /** Which of these blobs are here. Says nothing about damage. */
  has(digests: readonly ContentDigest[], options?: CallOptions): Promise<ReadonlySet<ContentDigest>>;

  /**
   * The bytes of a blob, or of a part of it. Who reads to the end has the right bytes; who meets
   * `integrity_mismatch` must discard what came before it. A range that starts at or after the end yields nothing.
   *
   * @throws CairnError `not_found`, `integrity_mismatch`, `unavailable`.
   */
  open(
    digest: ContentDigest,
    options?: CallOptions & { readonly range?: ByteRange | undefined },
  ): AsyncIterable<Uint8Array>;

  /**
   * Makes files of blobs. Every byte is verified before its file has its final name, by which it appears whole and at
   * once, replacing what was there (a link is replaced, not followed). A file that is already right is not written.
   * Yields one result per request, in any order. The files share no storage with the store that an edit could reach. Both
   * what is taken and what is returned may be {@link Batched}.
   *
   * @throws CairnError `not_found`, `integrity_mismatch`, `storage_full`, `storage_readonly`, `forbidden`.
   */
  copyTo(files: AnyIterable<CopyRequest>, options?: TransferOptions): AsyncIterable<CopyResult>;
}
