import type { CallOptions } from '@cairn/core';
import type { HashedBlob } from '../ingest/hashed.js';
import type { FinishedPack } from '../packs/open-pack.js';
import type { FileMemory } from '../stat-cache/file-memory.js';

/** Where the packs of puts go, and what is known to be there: a folder with an index, a bucket, a server. */
export interface PackHome {
  /** Begins one put. What it relies on is what is there from now on. */
  begin(options: CallOptions): Promise<PackIntake>;
}

/** One put's way into a home. All methods may be called while others are under way. */
export interface PackIntake {
  /** What is known of files without reading them. */
  readonly seen: FileMemory;

  /**
   * One byte for each digest, in their order: 1 when its record must be kept, because the home lacks it or can't rely on
   * what it has; else 0.
   *
   * @param digests Each is 32 bytes, without the algorithm.
   */
  lacks(digests: readonly Uint8Array[], options: CallOptions): Promise<Uint8Array>;

  /**
   * Makes the data in a finished pack durable and known. What becomes of the pack's file is the home's choice.
   *
   * @throws CairnError `conflict` when garbage collection removed what it relies on. It is worth trying again.
   */
  add(pack: FinishedPack, options: CallOptions): Promise<void>;

  /**
   * Takes the last pack, if there is one, when all others were added: the one with the recipes. Then all that was put is
   * known, and what was seen of files may be written down. Throws as {@link add}.
   */
  finish(last: LastPack | undefined, options: CallOptions): Promise<void>;
}

export interface LastPack {
  readonly pack: FinishedPack;
  /** Those in the pack. What they rely on is in it too, or was there or added before. */
  readonly recipes: readonly HashedBlob[];
}
