import type { Hasher } from '@cairn/core';

/** How many bytes a digest has without its algorithm. */
export const digestBytes = 32;
/** Bytes whose digest the record has. */
export const dataKind = 0;
/** How a large blob is put together, whose digest the record has; see `recipe.ts`. */
export const recipeKind = 1;
export type RecordKind = typeof dataKind | typeof recipeKind;

/** One record of a pack. */
export interface PackRecord {
  readonly digest: Uint8Array;
  readonly kind: RecordKind;
  /** Where its bytes begin in the pack. */
  readonly start: number;
  /** In bytes. */
  readonly length: number;
}

const rowBytes = digestBytes + 8;
const magic = Buffer.from('CAIRNPK1');
/** How many bytes at the end of a pack belong to no record, and tell how long its table is. */
export const footerBytes: number = magic.length + 8 + digestBytes;

/** The table of a pack that is being written. It grows as records come. */
export class PackTable {
  #bytes: Buffer = Buffer.alloc(64 * rowBytes);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(digest: Uint8Array, kind: RecordKind, length: number): void {
    const at = this.#count * rowBytes;
    if (at === this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], 2 * at);
    this.#bytes.set(digest, at);
    this.#bytes.writeUInt32LE(length, at + digestBytes);
    this.#bytes.writeUInt8(kind, at + digestBytes + 4);
    this.#count++;
  }

  /** What comes after the last record: the table and the footer. */
  end(hasher: Hasher): Buffer {
    const length = this.#count * rowBytes;
    const end = Buffer.alloc(length + footerBytes);
    this.#bytes.copy(end, 0, 0, length);
    magic.copy(end, length);
    end.writeUInt32LE(this.#count, length + magic.length);
    end.set(rawDigest(hasher.hash(end.subarray(0, -digestBytes))), end.length - digestBytes);
    return end;
  }
}

/** How long the table and the footer of a pack are, by its last bytes; `undefined` if they are those of no pack. */
export function endLength(footer: Uint8Array): number | undefined {
  const bytes = view(footer);
  if (bytes.length !== footerBytes || !bytes.subarray(0, magic.length).equals(magic)) return undefined;
  return bytes.readUInt32LE(magic.length) * rowBytes + footerBytes;
}

/** Whether the table and the footer of a pack are as they were written. */
export function isIntactEnd(end: Uint8Array, hasher: Hasher): boolean {
  const bytes = view(end);
  const digest = rawDigest(hasher.hash(bytes.subarray(0, -digestBytes)));
  return (
    digest.equals(bytes.subarray(-digestBytes)) && endLength(bytes.subarray(-footerBytes)) === bytes.length
  );
}

/** Whether the table and the footer of a pack have only kinds that are known, and zeros where nothing else is. */
export function isCanonicalEnd(end: Uint8Array): boolean {
  const bytes = view(end);
  const table = bytes.length - footerBytes;
  for (let at = digestBytes + 4; at < table; at += rowBytes) {
    if (bytes.readUInt8(at) > recipeKind || bytes.readUIntLE(at + 1, 3) !== 0) return false;
  }
  return bytes.readUInt32LE(table + magic.length + 4) === 0;
}

/** How many records a pack has, by its table and footer. */
export function recordCount(end: Uint8Array): number {
  return (end.length - footerBytes) / rowBytes;
}

/** The records of a pack, by its table and footer. */
export function* readTable(end: Uint8Array): Generator<PackRecord> {
  const bytes = view(end).subarray(0, -footerBytes);
  let start = 0;
  for (let at = 0; at < bytes.length; at += rowBytes) {
    const length = bytes.readUInt32LE(at + digestBytes);
    const kind = bytes.readUInt8(at + digestBytes + 4) as RecordKind;
    yield { digest: bytes.subarray(at, at + digestBytes), kind, start, length };
    start += length;
  }
}

/** How many bytes a record takes in its pack, its row in the table included. */
export function bytesOnDisk(length: number): number {
  return length + rowBytes;
}

/** The bytes that a digest stands for. */
export function rawDigest(digest: string): Buffer {
  return Buffer.from(digest.slice(digest.indexOf(':') + 1), 'hex');
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
