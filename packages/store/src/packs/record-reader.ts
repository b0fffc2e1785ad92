import type { CallOptions } from '@cairn/core';
import type { Location } from './pack-index.js';
import type { RecipeRow } from './recipe.js';

/** A record and where it was found. */
export interface Fetched {
  readonly location: Location;
  readonly bytes: Uint8Array;
}

/** Finds and reads the records of packs, wherever these are. */
export interface RecordReader {
  /** Where digests are, by their keys; what isn't there is left out. */
  find(digests: readonly Uint8Array[], options?: CallOptions): Promise<Map<string, Location>>;

  /**
   * Finds and reads the record of a digest, and verifies it.
   *
   * @throws CairnError `not_found`; `integrity_mismatch`, after its pack was made suspect; `unavailable`.
   */
  fetch(digest: Uint8Array, options?: CallOptions): Promise<Fetched>;

  /** {@link fetch} for many, in their order. */
  fetchAll(digests: readonly Uint8Array[], options?: CallOptions): AsyncIterable<Fetched>;

  /** The segments in a recipe that was read. @throws CairnError `integrity_mismatch`. */
  segments(recipe: Fetched): Promise<RecipeRow[]>;

  /** The chunks in a segment. Throws as {@link fetch}. */
  chunks(segment: RecipeRow, options?: CallOptions): Promise<RecipeRow[]>;

  /** Whether a pack may be other than it was finished, or is missing. */
  isSuspect(packId: number): Promise<boolean>;

  /** Whether any pack is suspect. */
  hasSuspects(): Promise<boolean>;
}
