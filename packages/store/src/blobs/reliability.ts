import type { CallOptions } from '@cairn/core';
import { recipeKind } from '../packs/pack-format.js';
import { keyOf, type Location } from '../packs/pack-index.js';
import type { RecordReader } from '../packs/record-reader.js';

/** Tells during one put which records of the store can be relied on. */
export class Reliability {
  /** What was found to be damaged, by its keys. */
  readonly damaged: Map<string, Location> = new Map();
  readonly #suspects = new Map<number, Promise<boolean>>();
  readonly #reader: RecordReader;
  readonly #options: CallOptions;

  constructor(reader: RecordReader, options: CallOptions) {
    this.#reader = reader;
    this.#options = options;
  }

  /** Whether the pack of a record is as it was finished, or else the record was read and found right. */
  async includes(digest: Uint8Array, location: Location): Promise<boolean> {
    let suspect = this.#suspects.get(location.packId);
    if (suspect === undefined) {
      suspect = this.#reader.isSuspect(location.packId);
      this.#suspects.set(location.packId, suspect);
    }
    if (!(await suspect)) return true;
    try {
      const record = await this.#reader.fetch(digest, this.#options);
      if (record.location.kind === recipeKind) await this.#reader.segments(record);
      return true;
    } catch {
      this.#options.signal?.throwIfAborted();
      this.damaged.set(keyOf(digest), location);
      return false;
    }
  }
}
