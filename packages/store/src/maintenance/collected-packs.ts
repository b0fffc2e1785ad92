import type { CallOptions } from '@cairn/core';
import type { Dropped } from './drop-packs.js';
import type { PackRow } from './pack-rows.js';

/** What garbage collection does with packs, wherever these are. */
export interface CollectedPacks {
  /** How many bytes of a pack a file of so many bytes has. */
  packSize(fileSize: number): number;
  /** The clock by which packs are old, in milliseconds since 1970. */
  now(options: CallOptions): Promise<number>;
  /** Removes what somebody who died left behind: packs without rows, and what was being written. */
  sweep(before: number, options: CallOptions): Promise<Swept>;
  /** Removes what is condemned in a pack, and the pack itself if nothing is left in it. */
  drop(pack: PackRow, options: CallOptions): Promise<Dropped>;
  /** Copies what is live in packs to new ones, verified on the way, and removes the old ones. */
  rewrite(sources: readonly PackRow[], options: RewriteOptions): Promise<void>;
}

export interface Swept {
  files: number;
  bytes: number;
}

export interface RewriteOptions extends CallOptions {
  /** Called when a pack was dealt with. */
  readonly onSource: (source: PackRow, dropped: Dropped) => void;
  /** Called when a new pack was written, with its size in bytes. */
  readonly onWritten: (bytes: number) => void;
}
