import type { Hasher, IncrementalHash } from '@cairn/core';
import { translateFsError } from '@cairn/file';
import type { Chunker } from '../chunker/chunker.js';
import { type FinishedPack, OpenPack, type PackPlace } from '../packs/open-pack.js';
import { dataKind, rawDigest, recipeKind } from '../packs/pack-format.js';
import { Recipe } from '../packs/recipe.js';
import { type Hashed, type HashedBlob, type HashedPart, Records } from './hashed.js';
import { type FileToRead, SourceFile } from './source-file.js';

export interface IngestContext extends PackPlace {
  readonly hasher: Hasher;
  /** Its buffer has room for `partBytes`, and behind them for the segments that {@link Recipe} makes of their chunks. */
  readonly chunker: Chunker;
  /** How much of a large blob is read at once, with what was left of it the last time, in bytes. */
  readonly partBytes: number;
}

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
  #records: Records;
  /** How far the part of a large blob that was hashed last is cut, and where it ends in the buffer. */
  #cut: { readonly end: number; readonly filled: number } = uncut;
  /** How much of the buffer's beginning is a chunk of a large blob whose end wasn't seen yet. */
  #carry = 0;
  #large: Large | undefined;
  /** Where its bytes come from, if from a file. */
  #file: SourceFile | undefined;
  #pack: OpenPack | undefined;

  constructor(context: IngestContext) {
    this.#context = context;
    this.#buffer = context.chunker.buffer;
    this.#records = this.#begin();
  }

  /** Reads files that fit into the buffer together. @throws CairnError `source_changed`, `not_found`, `forbidden`, … */
  readFiles(files: readonly FileToRead[]): Hashed {
    const records = this.#begin();
    for (const file of files) records.add(this.#readFile(file, records.end));
    return records.hashed(records.end);
  }

  /** Takes bytes that fit into the buffer together. */
  takeBytes(items: readonly Uint8Array[]): Hashed {
    const records = this.#begin();
    for (const item of items) {
      this.#buffer.set(item, records.end);
      records.add(item.length);
    }
    return records.hashed(records.end);
  }

  /** Begins with a large file, whose parts {@link readPart} then reads. @throws CairnError as {@link readFiles}. */
  openFile(file: FileToRead): void {
    this.openBytes();
    this.#file = new SourceFile(this.#context.fs, file);
    // Rather than when all of it was read.
    this.#file.checkUnchanged(file.stamp.size);
  }

  readPart(): HashedPart {
    const file = this.#file as SourceFile;
    const { recipe } = this.#large as Large;
    const before = recipe.size + this.#carry;
    const room = this.room();
    const count = file.read(this.#buffer, this.#carry, room);
    const isEnd = count < room || before + count >= file.stamp.size;
    if (isEnd) {
      file.checkUnchanged(before + count);
      this.#closeFile();
    }
    return this.#cutPart(this.#carry + count, isEnd);
  }

  /** Begins with a large blob whose bytes {@link takePart} is given. */
  openBytes(): void {
    const { hasher } = this.#context;
    this.#closeFile();
    this.#large = { hash: hasher.create(), recipe: new Recipe(hasher) };
    this.#carry = 0;
  }

  /** Takes as many bytes as {@link room} says at most. */
  takePart(bytes: Uint8Array, isLast: boolean): HashedPart {
    this.#buffer.set(bytes, this.#carry);
    return this.#cutPart(this.#carry + bytes.length, isLast);
  }

  /** How many bytes of a large blob the buffer can take now. */
  room(): number {
    return this.#context.partBytes - this.#carry;
  }

  /**
   * Puts into the pack which of the records that were hashed last are wanted, and returns the pack if that filled it.
   *
   * @param wanted For each record, 1 if it is and 0 if not.
   */
  keep(wanted: Uint8Array): FinishedPack | undefined {
    const { digests, lengths, starts } = this.#records;
    const endOf = (i: number) => (starts[i] as number) + (lengths[i] as number);
    for (let i = 0; i < wanted.length; ) {
      if (wanted[i] !== 1) {
        i++;
        continue;
      }
      const first = i++;
      while (wanted[i] === 1 && starts[i] === endOf(i - 1)) i++;
      this.#append(this.#buffer.subarray(starts[first], endOf(i - 1)), (pack) => {
        for (let k = first; k < i; k++) pack.list(digests[k] as Uint8Array, dataKind, lengths[k] as number);
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
    this.#begin();
    this.#abandonPack();
  }

  #begin(): Records {
    this.#records = new Records(this.#buffer, this.#context.hasher);
    return this.#records;
  }

  #readFile(toRead: FileToRead, start: number): number {
    const file = new SourceFile(this.#context.fs, toRead);
    try {
      // Some files say that they are empty and are not.
      const length = file.read(this.#buffer, start, Math.max(toRead.stamp.size, 1));
      file.checkUnchanged(length);
      return length;
    } finally {
      file.close();
    }
  }

  #cutPart(filled: number, isLast: boolean): HashedPart {
    const { hash, recipe } = this.#large as Large;
    hash.update(this.#buffer.subarray(this.#carry, filled));
    const records = this.#begin();
    while (records.end < filled) {
      const end = this.#context.chunker.cut(records.end, filled, isLast);
      if (end === undefined) break;
      records.add(end - records.end);
    }
    this.#cut = { end: records.end, filled };
    // Segments go behind all that was read, where the buffer has room for them.
    records.end = filled;
    const addSegment = (segment: Uint8Array | undefined) => {
      if (segment === undefined) return;
      this.#buffer.set(segment, records.end);
      records.add(segment.length);
    };
    const count = records.lengths.length;
    for (let i = 0; i < count; i++) {
      addSegment(recipe.add(records.digests[i] as Uint8Array, records.lengths[i] as number));
    }
    if (isLast) addSegment(recipe.end());
    const hashed = records.hashed(filled - this.#carry);
    if (!isLast) return hashed;
    return { ...hashed, blob: { digest: hash.digest(), size: recipe.size, recipe: recipe.encode() } };
  }

  /** Moves what was read of the next chunk to the buffer's beginning. */
  #moveCarry(): void {
    const { end, filled } = this.#cut;
    this.#buffer.copyWithin(0, end, filled);
    this.#carry = filled - end;
    this.#cut = uncut;
    this.#begin();
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
      // Nobody knows how much of it was written. Whoever shares it must not go on with it.
      this.#abandonPack();
      // Messages name the folder: a temporary name says nothing to anybody.
      throw translateFsError(error, 'write to', this.#context.packs);
    }
  }

  #abandonPack(): void {
    this.#pack?.abandon();
    this.#pack = undefined;
  }

  #closeFile(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}

const uncut = { end: 0, filled: 0 };
