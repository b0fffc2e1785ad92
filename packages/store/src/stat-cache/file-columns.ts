import type { ContentDigest, FileStamp } from '@cairn/core';
import { digestBytes } from '../packs/pack-format.js';

const stampBytes = 4 * 8;
const factBytes = stampBytes + digestBytes;
const hexDigits = '0123456789abcdef';

/**
 * What some files of a folder looked like, and which bytes they had then. In columns, as what is written down is: as objects
 * they would be most of the garbage of a large put.
 */
export class SeenFiles {
  static readonly none: SeenFiles = new SeenFiles([], Buffer.alloc(0));

  readonly names: readonly string[];
  /** A stamp and a digest for each name. */
  readonly #facts: Buffer;
  readonly #numbers: DataView;
  #next = 0;
  #places: ReadonlyMap<string, number> | undefined;

  private constructor(names: readonly string[], facts: Buffer) {
    this.names = names;
    this.#facts = facts;
    this.#numbers = viewOf(facts);
  }

  /** @param found As {@link FoundFiles} encodes them. */
  static decode(found: Uint8Array): SeenFiles {
    const bytes = Buffer.from(found.buffer, found.byteOffset, found.length);
    const count = bytes.readUInt32LE();
    if (count === 0) return SeenFiles.none;
    const facts = bytes.subarray(8, 8 + count * factBytes);
    return new SeenFiles(bytes.toString('utf8', 8 + facts.length).split('\0'), facts);
  }

  /** The place of a name, or -1. Most are asked for in their order. */
  find(name: string): number {
    if (this.names[this.#next] === name) return this.#next++;
    this.#places ??= new Map(this.names.map((known, i) => [known, i]));
    const place = this.#places.get(name) ?? -1;
    this.#next = place + 1;
    return place;
  }

  /** Whether a file looked like this. */
  isSame(place: number, { size, mtimeMs, ctimeMs, ino }: FileStamp): boolean {
    const at = place * factBytes;
    const numbers = this.#numbers;
    return (
      numbers.getFloat64(at, true) === size &&
      numbers.getFloat64(at + 8, true) === mtimeMs &&
      numbers.getFloat64(at + 16, true) === ctimeMs &&
      numbers.getFloat64(at + 24, true) === ino
    );
  }

  stampAt(place: number): FileStamp {
    const at = place * factBytes;
    const [size, mtimeMs, ctimeMs, ino] = [0, 8, 16, 24].map((i) => this.#numbers.getFloat64(at + i, true));
    return { size, mtimeMs, ctimeMs, ino } as FileStamp;
  }

  digestAt(place: number): Buffer {
    const end = (place + 1) * factBytes;
    return this.#facts.subarray(end - digestBytes, end);
  }

  /** Whether a file had these bytes. To make bytes of a digest for this takes many times as long. */
  isOf(place: number, digest: ContentDigest): boolean {
    const end = (place + 1) * factBytes;
    const hexEnd = digest.length;
    for (let i = 1; i <= digestBytes; i++) {
      const byte = this.#facts[end - i] as number;
      if (digest.charCodeAt(hexEnd - 2 * i) !== hexDigits.charCodeAt(byte >> 4)) return false;
      if (digest.charCodeAt(hexEnd - 2 * i + 1) !== hexDigits.charCodeAt(byte & 15)) return false;
    }
    return true;
  }

  /** Those with a digest of which this holds. */
  only(holds: (digest: Buffer) => boolean): SeenFiles {
    const places = [...this.names.keys()].filter((place) => holds(this.digestAt(place)));
    const facts = places.map((place) => this.#facts.subarray(place * factBytes, (place + 1) * factBytes));
    return new SeenFiles(
      places.map((place) => this.names[place] as string),
      Buffer.concat(facts),
    );
  }
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}

/** What was found out about files of a group. */
export class FoundFiles {
  readonly #names: string[] = [];
  readonly #count: number;
  #facts: Buffer | undefined;

  /** @param count Of files, at most. */
  constructor(count: number) {
    this.#count = count;
  }

  /** @param digests Holds the file's, from `start`. */
  add(name: string, { size, mtimeMs, ctimeMs, ino }: FileStamp, digests: Uint8Array, start = 0): void {
    const at = this.#names.length * factBytes;
    this.#facts ??= Buffer.alloc(this.#count * factBytes);
    const facts = this.#facts;
    facts.writeDoubleLE(size, at);
    facts.writeDoubleLE(mtimeMs, at + 8);
    facts.writeDoubleLE(ctimeMs, at + 16);
    facts.writeDoubleLE(ino, at + 24);
    for (let i = 0; i < digestBytes; i++) facts[at + stampBytes + i] = digests[start + i] as number;
    this.#names.push(name);
  }

  /** The number of files, their stamps and digests, and their names with a NUL between. */
  encode(): Uint8Array {
    const count = Buffer.alloc(8);
    count.writeUInt32LE(this.#names.length);
    const facts = this.#facts?.subarray(0, this.#names.length * factBytes) ?? new Uint8Array();
    return Buffer.concat([count, facts, Buffer.from(this.#names.join('\0'))]);
  }
}
