import type { BlobStore, CallOptions, ContentAlgorithm, ProjectRef, Store } from '@cairn/core';
import type { AccessCatalog } from '@cairn/store';

/** What a server needs of a store; those of `@cairn/store` have it all. */
export interface ServedStore extends Store {
  /** All blobs, of whatever project. */
  readonly blobs: BlobStore;
  readonly access: AccessCatalog;
  /** What never changes of the store, and its clients go by. */
  readonly format: {
    readonly algorithm: ContentAlgorithm;
    readonly chunker: {
      readonly name: string;
      readonly min: number;
      readonly average: number;
      readonly max: number;
    };
  };

  /** How large blobs are, in bytes, by their raw digests; `undefined` for what the store doesn't have. */
  sizesOf(digests: readonly Uint8Array[], options?: CallOptions): Promise<(number | undefined)[]>;

  /**
   * Takes in a pack that somebody sent, and makes what is in it the project's.
   *
   * @param file A path of this machine. The file may go or stay.
   * @returns How many records it has.
   * @throws CairnError `integrity_mismatch` for a record that is not what it says; `unsupported_format`; `conflict`, which is
   * retryable, when it relies on what went away since `basis`.
   */
  adoptPack(
    file: string,
    into: { readonly project: ProjectRef; readonly basis: string | undefined },
    options?: CallOptions,
  ): Promise<number>;
}
