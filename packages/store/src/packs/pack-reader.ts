import { CairnError, type CallOptions, type FileStamp, type Hasher, quote } from '@cairn/core';
import { type FileSystem, sameStamp } from '@cairn/file';
import type { Database } from '../sql/database.js';
import { lookAt } from './look-at.js';
import { packPath } from './open-pack.js';
import type { PackFiles } from './pack-files.js';
import { dataKind, rawDigest } from './pack-format.js';
import {
  findObjects,
  findPack,
  keyOf,
  type Location,
  listPacks,
  type PackRow,
  suspectPack,
  trustPack,
} from './pack-index.js';
import { readRecord } from './read-record.js';
import { decodeRecipe, decodeRows, type RecipeRow } from './recipe.js';
import type { Fetched, RecordReader } from './record-reader.js';

export interface PackReaderContext {
  readonly fs: FileSystem;
  readonly files: PackFiles;
  readonly database: Database;
  readonly hasher: Hasher;
  /** Holds the packs. */
  readonly packs: string;
  readonly readOnly: boolean;
}

/** Finds and reads the records of packs in a folder. */
export class PackReader implements RecordReader {
  readonly #context: PackReaderContext;
  readonly #names = new Map<number, string>();

  constructor(context: PackReaderContext) {
    this.#context = context;
  }

  find(digests: readonly Uint8Array[], options?: CallOptions): Promise<Map<string, Location>> {
    return this.#context.database.read(() => findObjects(digests), options);
  }

  /** The path of a pack, or `undefined` if it was removed. A pack never changes its name. */
  async path(packId: number): Promise<string | undefined> {
    const known = this.#names.get(packId);
    if (known !== undefined) return packPath(this.#context.packs, known);
    const name = (await this.#context.database.read(() => findPack(packId)))?.name;
    if (name === undefined) return undefined;
    this.#names.set(packId, name);
    return packPath(this.#context.packs, name);
  }

  async fetch(digest: Uint8Array, options?: CallOptions): Promise<Fetched> {
    for (let before: Location | undefined; ; ) {
      const location = (await this.find([digest], options)).get(keyOf(digest));
      if (location === undefined) throw missing();
      const path = await this.path(location.packId);
      const bytes = path === undefined ? undefined : readRecord(this.#context.files, path, location);
      if (bytes !== undefined) return { location, bytes: await this.#verified(bytes, digest, location) };
      // Its pack is gone. Garbage collection moves what is needed to another one before it removes a pack.
      if (before?.packId === location.packId) throw await this.#damaged(location.packId);
      before = location;
    }
  }

  async *fetchAll(digests: readonly Uint8Array[], options?: CallOptions): AsyncGenerator<Fetched> {
    for (const digest of digests) yield await this.fetch(digest, options);
  }

  async segments({ bytes, location }: Fetched): Promise<RecipeRow[]> {
    try {
      return decodeRecipe(bytes, this.#context.hasher);
    } catch {
      throw await this.#damaged(location.packId);
    }
  }

  async chunks(segment: RecipeRow, options?: CallOptions): Promise<RecipeRow[]> {
    return decodeRows((await this.fetch(segment.digest, options)).bytes);
  }

  /** Whether the file of a pack looks other than when it was finished, or is missing. */
  async isSuspect(packId: number): Promise<boolean> {
    const row = await this.#context.database.read(() => findPack(packId));
    return row === undefined || this.#looksOdd(row);
  }

  /** What the file of a pack looks like; `undefined` if there is none. */
  look(name: string): FileStamp | undefined {
    return lookAt(this.#context.fs, packPath(this.#context.packs, name));
  }

  #looksOdd({ name, stamp }: PackRow): boolean {
    const now = this.look(name);
    return stamp === undefined || now === undefined || !sameStamp(now, stamp);
  }

  /** Whether any pack is suspect. Costs a look at each. */
  async hasSuspects(): Promise<boolean> {
    const rows = await this.#context.database.read(listPacks);
    return rows.some((row) => this.#looksOdd(row));
  }

  /** Makes everybody look closely at a pack from now on. Does nothing where that can't be written down. */
  async suspect(packId: number): Promise<void> {
    if (this.#context.readOnly) return;
    await this.#context.database.write(() => suspectPack(packId)).catch(() => undefined);
  }

  /**
   * Takes a pack for intact, all of which was read and found right, if it looks as it did before it was read. So a store that
   * was copied is no longer looked at closely.
   */
  async trust(packId: number, before: FileStamp): Promise<void> {
    if (this.#context.readOnly) return;
    const row = await this.#context.database.read(() => findPack(packId));
    if (row === undefined || !this.#looksOdd(row)) return;
    const now = this.look(row.name);
    if (now === undefined || !sameStamp(now, before)) return;
    await this.#context.database.write(() => trustPack(packId, now)).catch(() => undefined);
  }

  async #verified(bytes: Uint8Array, digest: Uint8Array, { kind, packId }: Location): Promise<Uint8Array> {
    // A recipe tells by itself whether it is intact.
    if (kind !== dataKind || rawDigest(this.#context.hasher.hash(bytes)).equals(digest)) return bytes;
    throw await this.#damaged(packId);
  }

  async #damaged(packId: number): Promise<CairnError> {
    await this.suspect(packId);
    const name = this.#names.get(packId);
    const what = name === undefined ? 'a pack' : `the pack ${quote(packPath(this.#context.packs, name))}`;
    return new CairnError('integrity_mismatch', `${what} is damaged`, {
      hint: 'Log the files again: that repairs it.',
    });
  }
}

function missing(): CairnError {
  return new CairnError('not_found', 'the store lacks it', {
    hint: 'Log the artifact again from where its files are.',
  });
}
