import { CairnError, type Hasher } from '@cairn/core';
import { digestBytes, rawDigest } from './pack-format.js';

/** One chunk of a large blob. */
export interface Chunk {
  readonly digest: Uint8Array;
  /** In bytes. */
  readonly length: number;
}

const rowBytes = digestBytes + 4;

/** The recipe of a blob that is being cut. It grows as chunks come. */
export class Recipe {
  #rows: Buffer = Buffer.alloc(64 * rowBytes);
  #count = 0;
  #size = 0;

  /** Of the blob, in bytes. */
  get size(): number {
    return this.#size;
  }

  add(digest: Uint8Array, length: number): void {
    const at = this.#count * rowBytes;
    if (at === this.#rows.length) this.#rows = Buffer.concat([this.#rows], 2 * at);
    this.#rows.set(digest, at);
    this.#rows.writeUInt32LE(length, at + digestBytes);
    this.#count++;
    this.#size += length;
  }

  /** The bytes of its record: the digest of the rows, and the rows. */
  encode(hasher: Hasher): Buffer {
    const rows = this.#rows.subarray(0, this.#count * rowBytes);
    return Buffer.concat([rawDigest(hasher.hash(rows)), rows]);
  }
}

/** The chunks that a recipe lists. @throws CairnError `integrity_mismatch`. */
export function decodeRecipe(record: Uint8Array, hasher: Hasher): Chunk[] {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.length);
  const rows = bytes.subarray(digestBytes);
  if (rows.length % rowBytes !== 0 || !rawDigest(hasher.hash(rows)).equals(bytes.subarray(0, digestBytes))) {
    throw new CairnError('integrity_mismatch', 'the list of the chunks of a blob is damaged');
  }
  const chunks: Chunk[] = [];
  for (let at = 0; at < rows.length; at += rowBytes) {
    chunks.push({ digest: rows.subarray(at, at + digestBytes), length: rows.readUInt32LE(at + digestBytes) });
  }
  return chunks;
}
