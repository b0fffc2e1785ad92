import type { CallOptions, ProjectRef } from '@cairn/core';

/** How far it is. */
export interface SyncProgress {
  /** Versions that were looked at. */
  readonly versions: number;
  /** Of these, the ones that are new in the other store. */
  readonly created: number;
  /** Bytes that were sent. */
  readonly bytes: number;
}

export interface SyncCallOptions extends CallOptions {
  /** Told after each version, and as bytes are sent. Must not throw. */
  readonly onProgress?: ((progress: SyncProgress) => void) | undefined;
}

/** A version on both sides. */
export interface SyncedVersion extends ProjectRef {
  readonly name: string;
  /** Its number in the store that it came from. */
  readonly from: number;
  /** Its number in the other store; `undefined` when it was deleted there. */
  readonly to: number | undefined;
  /** Whether it is new there. */
  readonly created: boolean;
}

export interface SyncResult {
  /** How many runs are new in the other store. */
  readonly runs: number;
  /** All versions that were looked at, in the order in which they were made. */
  readonly versions: readonly SyncedVersion[];
}
