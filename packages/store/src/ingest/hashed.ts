import type { ContentDigest, Hasher } from '@cairn/core';
import { digestBytes, rawDigest } from '../packs/pack-format.js';

/** What was read and hashed, and now waits in memory for `Ingestor.keep`. */
export interface Hashed {
  /** The digests of the records, one after the other. */
  readonly digests: Uint8Array;
  readonly lengths: Uint32Array;
  /** How many bytes were read for it. */
  readonly bytesRead: number;
}

/** A part of a large blob, cut into chunks. */
export interface HashedPart extends Hashed {
  /** Of the whole blob, once its end was reached. */
  readonly blob?: HashedBlob;
}

export interface HashedBlob {
  readonly digest: ContentDigest;
  readonly size: number;
  /** The bytes of the record by which it is put together. */
  readonly recipe: Uint8Array;
}

export function digestAt(digests: Uint8Array, index: number): Uint8Array {
  return digests.subarray(index * digestBytes, (index + 1) * digestBytes);
}

/** Records in a buffer, one after the other. */
export class Records {
  readonly starts: number[] = [];
  readonly lengths: number[] = [];
  readonly digests: Uint8Array[] = [];
  /** Where the next one begins. */
  end = 0;
  readonly #buffer: Uint8Array;
  readonly #hasher: Hasher;

  constructor(buffer: Uint8Array, hasher: Hasher) {
    this.#buffer = buffer;
    this.#hasher = hasher;
  }

  /** Hashes what comes next in the buffer. */
  add(length: number): void {
    const end = this.end + length;
    this.digests.push(rawDigest(this.#hasher.hash(this.#buffer.subarray(this.end, end))));
    this.starts.push(this.end);
    this.lengths.push(length);
    this.end = end;
  }

  hashed(bytesRead: number): Hashed {
    return { digests: Buffer.concat(this.digests), lengths: Uint32Array.from(this.lengths), bytesRead };
  }
}
