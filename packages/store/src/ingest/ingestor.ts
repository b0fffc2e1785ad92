import {
  CairnError,
  type ContentDigest,
  type FileStamp,
  type Hasher,
  type IncrementalHash,
  quote,
} from '@cairn/core';
import { sameStamp, stampOf, translateFsError } from '@cairn/file';
import type { Chunker } from '../chunker/chunker.js';
import { type FinishedPack, OpenPack, type PackPlace } from '../packs/open-pack.js';
import { dataKind, digestBytes, rawDigest, recipeKind } from '../packs/pack-format.js';
import { closeQuietly } from '../packs/read-only-files.js';
import { maxSegmentBytes, Recipe } from '../packs/recipe.js';

/**
 * Room in the buffer for the segments of what is read into it, in bytes: one that was open before, and a row for each
 * chunk.
 */
export const segmentRoom: number = 4 * maxSegmentBytes;

/** A file to be read, and what it looked like when it was added. */
export interface FileToRead {
  readonly path: string;
  readonly stamp: FileStamp;
}

/** What was read and hashed, and now waits in memory for {@link Ingestor.keep}. */
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

export interface IngestContext extends PackPlace {
  readonly hasher: Hasher;
  readonly chunker: Chunker;
}

type OpenFile = FileToRead & { readonly descriptor: number };

/** A large blob that is being cut. */
interface Large {
  readonly hash: IncrementalHash;
  readonly recipe: Recipe;
}

/**
 * Reads, hashes, cuts, and writes packs. Everything here is synchronous, for use in a worker thread and outside of one, and
 * goes through one buffer: what was hashed last must be kept or left before anything else is read.
 */
export class Ingestor {
  readonly #context: IngestContext;
  readonly #buffer: Uint8Array;
  /** Where the records that were hashed last are in the buffer, and what their digests are. */
  #hashed: Hashed & { readonly starts: readonly number[] } = nothing;
  /** How far the part of a large blob that was hashed last is cut, and where it ends in the buffer. */
  #cut: { readonly end: number; readonly filled: number } = uncut;
  /** How much of the buffer's beginning is a chunk of a large blob whose end wasn't seen yet. */
  #carry = 0;
  #large: Large | undefined;
  /** Where its bytes come from, if from a file. */
  #file: OpenFile | undefined;
  #pack: OpenPack | undefined;

  constructor(context: IngestContext) {
    this.#context = context;
    this.#buffer = context.chunker.buffer;
  }

  /** Reads files that fit into the buffer together. @throws CairnError `source_changed`, `not_found`, `forbidden`, … */
  readFiles(files: readonly FileToRead[]): Hashed {
    const records = new Records();
    for (const file of files) this.#add(records, this.#readFile(file, records.end));
    return this.#give(records, records.end);
  }

  /** Takes bytes that fit into the buffer together. */
  takeBytes(items: readonly Uint8Array[]): Hashed {
    const records = new Records();
    for (const item of items) {
      this.#buffer.set(item, records.end);
      this.#add(records, item.length);
    }
    return this.#give(records, records.end);
  }

  /** Begins with a large file, whose parts {@link readPart} then reads. */
  openFile({ path, stamp }: FileToRead): void {
    const descriptor = reading(path, () => this.#context.fs.openSync(path, 'r'));
    this.openBytes();
    this.#file = { descriptor, path, stamp };
  }

  readPart(): HashedPart {
    const file = this.#file as OpenFile;
    const { recipe } = this.#large as Large;
    const remaining = file.stamp.size - recipe.size - this.#carry;
    const count = this.#fill(file.descriptor, file.path, this.#carry, this.room());
    const isEnd = count < this.room() || count >= remaining;
    if (isEnd) {
      this.#checkStamp(file.descriptor, file, count - remaining);
      this.#closeFile();
    }
    return this.#cutPart(this.#carry + count, isEnd);
  }

  /** Begins with a large blob whose bytes {@link takePart} is given. */
  openBytes(): void {
    const { hasher } = this.#context;
    this.#large = { hash: hasher.create(), recipe: new Recipe(hasher) };
    this.#carry = 0;
  }

  /** Takes as many bytes as {@link room} says, or fewer if they are the last. */
  takePart(bytes: Uint8Array, isLast: boolean): HashedPart {
    this.#buffer.set(bytes, this.#carry);
    return this.#cutPart(this.#carry + bytes.length, isLast);
  }

  /** How many bytes the buffer can take now. */
  room(): number {
    return this.#buffer.length - segmentRoom - this.#carry;
  }

  /**
   * Puts into the pack which of the records that were hashed last are wanted, and returns the pack if that filled it.
   *
   * @param wanted For each record, 1 if it is and 0 if not.
   */
  keep(wanted: Uint8Array): FinishedPack | undefined {
    const { digests, lengths, starts } = this.#hashed;
    const endOf = (i: number) => (starts[i] as number) + (lengths[i] as number);
    for (let i = 0; i < wanted.length; ) {
      if (wanted[i] !== 1) {
        i++;
        continue;
      }
      const first = i++;
      while (wanted[i] === 1 && starts[i] === endOf(i - 1)) i++;
      this.#append(this.#buffer.subarray(starts[first], endOf(i - 1)), (pack) => {
        for (let k = first; k < i; k++) pack.list(digestAt(digests, k), dataKind, lengths[k] as number);
      });
    }
    this.#moveCarry();
    return this.#pack?.isFull ? this.finish() : undefined;
  }

  /** Puts records of other kinds than data into the pack. */
  writeRecipes(recipes: readonly HashedBlob[]): void {
    for (const { digest, recipe } of recipes) {
      this.#append(recipe, (pack) => pack.list(rawDigest(digest), recipeKind, recipe.length));
    }
  }

  /** Finishes the pack, if there is one. @throws CairnError `storage_full`, … */
  finish(): FinishedPack | undefined {
    const pack = this.#pack;
    if (pack === undefined) return undefined;
    const finished = this.#writing(() => pack.finish(this.#context.hasher));
    this.#pack = undefined;
    return finished;
  }

  /** Leaves nothing of what was not finished, and is as new afterwards. Never fails. */
  abandon(): void {
    this.#closeFile();
    this.#large = undefined;
    this.#carry = 0;
    this.#cut = uncut;
    this.#hashed = nothing;
    this.#pack?.abandon();
    this.#pack = undefined;
  }

  #readFile({ path, stamp }: FileToRead, start: number): number {
    const { fs } = this.#context;
    const descriptor = reading(path, () => fs.openSync(path, 'r'));
    try {
      const length = this.#fill(descriptor, path, start, stamp.size);
      this.#checkStamp(descriptor, { path, stamp }, length - stamp.size);
      return length;
    } finally {
      closeQuietly(fs, descriptor);
    }
  }

  /** Reads up to `length` bytes into the buffer and returns how many there were. */
  #fill(descriptor: number, path: string, start: number, length: number): number {
    const { fs } = this.#context;
    let filled = 0;
    while (filled < length) {
      const [at, most] = [start + filled, length - filled];
      const count = reading(path, () => fs.readSync(descriptor, this.#buffer, at, most, null));
      if (count === 0) break;
      filled += count;
    }
    return filled;
  }

  /** A file that looks the same after it was read was the same all the while. */
  #checkStamp(descriptor: number, { path, stamp }: FileToRead, excess: number): void {
    const now = reading(path, () => stampOf(this.#context.fs.fstatSync(descriptor), path));
    if (excess === 0 && sameStamp(now, stamp)) return;
    throw new CairnError('source_changed', `${quote(path)} changed after it was added`, {
      hint: 'Add it again once nothing writes to it, or add it with { copy: true }.',
    });
  }

  /** Hashes the next record of a list that lies in the buffer. */
  #add(records: Records, length: number): Uint8Array {
    const bytes = this.#buffer.subarray(records.end, records.end + length);
    const digest = rawDigest(this.#context.hasher.hash(bytes));
    records.add(digest, length);
    return digest;
  }

  #give(records: Records, bytesRead: number): Hashed {
    const { digests, lengths } = records;
    const hashed = { digests: Buffer.concat(digests), lengths: Uint32Array.from(lengths), bytesRead };
    this.#hashed = { ...hashed, starts: records.starts };
    return hashed;
  }

  #cutPart(filled: number, isLast: boolean): HashedPart {
    const { hash, recipe } = this.#large as Large;
    hash.update(this.#buffer.subarray(this.#carry, filled));
    const records = new Records();
    while (records.end < filled) {
      const end = this.#context.chunker.cut(records.end, filled, isLast);
      if (end === undefined) break;
      this.#add(records, end - records.end);
    }
    this.#cut = { end: records.end, filled };
    // Segments go behind all that was read, where the buffer has room for them.
    records.end = filled;
    const addSegment = (segment: Uint8Array | undefined) => {
      if (segment === undefined) return;
      this.#buffer.set(segment, records.end);
      this.#add(records, segment.length);
    };
    const count = records.lengths.length;
    for (let i = 0; i < count; i++) {
      addSegment(recipe.add(records.digests[i] as Uint8Array, records.lengths[i] as number));
    }
    if (isLast) addSegment(recipe.end());
    const hashed = this.#give(records, filled - this.#carry);
    if (!isLast) return hashed;
    return { ...hashed, blob: { digest: hash.digest(), size: recipe.size, recipe: recipe.encode() } };
  }

  /** Moves what was read of the next chunk to the buffer's beginning. */
  #moveCarry(): void {
    const { end, filled } = this.#cut;
    this.#buffer.copyWithin(0, end, filled);
    this.#carry = filled - end;
    this.#cut = uncut;
    this.#hashed = nothing;
  }

  #append(bytes: Uint8Array, list: (pack: OpenPack) => void): void {
    this.#writing(() => {
      this.#pack ??= new OpenPack(this.#context);
      this.#pack.write(bytes);
      list(this.#pack);
    });
  }

  #writing<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      // Messages name the folder: a temporary name says nothing to anybody.
      throw translateFsError(error, 'write to', this.#context.packs);
    }
  }

  #closeFile(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) closeQuietly(this.#context.fs, file.descriptor);
  }
}

const uncut = { end: 0, filled: 0 };
const nothing = { digests: new Uint8Array(), lengths: new Uint32Array(), starts: [], bytesRead: 0 };

/** Records in the buffer. */
class Records {
  readonly starts: number[] = [];
  readonly lengths: number[] = [];
  readonly digests: Uint8Array[] = [];
  /** Where the next one begins. */
  end = 0;

  add(digest: Uint8Array, length: number): void {
    this.digests.push(digest);
    this.starts.push(this.end);
    this.lengths.push(length);
    this.end += length;
  }
}

export function digestAt(digests: Uint8Array, index: number): Uint8Array {
  return digests.subarray(index * digestBytes, (index + 1) * digestBytes);
}

function reading<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translateFsError(error, 'read', path);
  }
}
