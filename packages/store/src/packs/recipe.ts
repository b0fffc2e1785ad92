import { CairnError, type Hasher } from '@cairn/core';
import { digestBytes, rawDigest } from './pack-format.js';

/**
 * How a large blob is put together. Its chunks are listed in *segments*, which are data records like the chunks
 * themselves; its *recipe* lists the segments. A segment ends where a chunk's digest says so, so that an edit changes few of
 * them. Both are rows of a digest and of how many bytes of the blob it stands for.
 */
export interface RecipeRow {
  /** Of a chunk, or of a segment. */
  readonly digest: Uint8Array;
  /** Of the blob, in bytes. */
  readonly length: number;
}

/** Of a row. */
export const rowBytes: number = digestBytes + 4;
/** A segment ends with a chunk whose digest begins with a byte below this. */
const endsBelow = 6;
/** A segment has at most this many rows. */
export const maxRows = 512;

/** How many bytes the segments have at most that so many chunks complete or begin. */
export function segmentBytes(chunks: number): number {
  return (chunks + maxRows) * rowBytes;
}

/** The recipe of a blob that is being cut. It grows as chunks come. */
export class Recipe {
  readonly #hasher: Hasher;
  readonly #segment = new Rows();
  readonly #segments = new Rows();

  constructor(hasher: Hasher) {
    this.#hasher = hasher;
  }

  /** Of the chunks so far, in bytes. */
  get size(): number {
    return this.#segments.length + this.#segment.length;
  }

  /** Takes the next chunk. Returns a segment if it completes one; the bytes are valid until the next call. */
  add(digest: Uint8Array, length: number): Uint8Array | undefined {
    this.#segment.add(digest, length);
    const isEnd = (digest[0] as number) < endsBelow || this.#segment.count === maxRows;
    return isEnd ? this.end() : undefined;
  }

  /** The segment that is still open, if there is one. */
  end(): Uint8Array | undefined {
    if (this.#segment.count === 0) return undefined;
    const segment = this.#segment.bytes();
    this.#segments.add(rawDigest(this.#hasher.hash(segment)), this.#segment.length);
    this.#segment.clear();
    return segment;
  }

  /** The bytes of the recipe's record: the digest of its rows, and the rows. */
  encode(): Uint8Array {
    const rows = this.#segments.bytes();
    return Buffer.concat([rawDigest(this.#hasher.hash(rows)), rows]);
  }
}

class Rows {
  #bytes: Buffer = Buffer.alloc(64 * rowBytes);
  #count = 0;
  #length = 0;

  get count(): number {
    return this.#count;
  }

  /** What all rows stand for, in bytes. */
  get length(): number {
    return this.#length;
  }

  add(digest: Uint8Array, length: number): void {
    const at = this.#count * rowBytes;
    if (at === this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], 2 * at);
    this.#bytes.set(digest, at);
    this.#bytes.writeUInt32LE(length, at + digestBytes);
    this.#count++;
    this.#length += length;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#count * rowBytes);
  }

  clear(): void {
    this.#count = 0;
    this.#length = 0;
  }
}

/** Rows, one behind the other, as {@link decodeRows} reads them. */
export function encodeRows(rows: readonly RecipeRow[]): Uint8Array {
  const encoded = new Rows();
  for (const { digest, length } of rows) encoded.add(digest, length);
  return encoded.bytes();
}

/** The segments that a recipe lists. @throws CairnError `integrity_mismatch`. */
export function decodeRecipe(record: Uint8Array, hasher: Hasher): RecipeRow[] {
  const rows = record.subarray(digestBytes);
  if (rawDigest(hasher.hash(rows)).equals(record.subarray(0, digestBytes))) return decodeRows(rows);
  throw new CairnError('integrity_mismatch', 'the recipe of a blob is damaged');
}

/** The chunks that a segment lists, whose bytes were verified by its digest; or the segments in the rows of a recipe. */
export function decodeRows(bytes: Uint8Array): RecipeRow[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const rows: RecipeRow[] = [];
  for (let at = 0; at + rowBytes <= buffer.length; at += rowBytes) {
    rows.push({
      digest: buffer.subarray(at, at + digestBytes),
      length: buffer.readUInt32LE(at + digestBytes),
    });
  }
  return rows;
}

/** {@link decodeRows} for what somebody else made: there are rows, and nothing else. @throws CairnError `integrity_mismatch`. */
export function checkRows(bytes: Uint8Array): RecipeRow[] {
  const rows = decodeRows(bytes);
  if (rows.length > 0 && rows.length * rowBytes === bytes.length) return rows;
  throw new CairnError('integrity_mismatch', `${bytes.length} bytes are no rows of a recipe`);
}
