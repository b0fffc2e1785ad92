import { basename } from 'node:path';
import type { CallOptions, ContentDigest, FileStamp } from '@cairn/core';
import { keyOf } from '../packs/pack-index.js';
import type { Database } from '../sql/database.js';
import type { Step } from '../sql/step.js';
import { FoundFiles, SeenFiles } from './file-columns.js';
import type { FileGroup } from './group-by-folder.js';
import { isSettled } from './is-settled.js';
import { readSeen, writeSeen } from './seen-files.js';
import type { GroupKey } from './seen-rows.js';

export interface StatCacheContext {
  readonly database: Database;
  readonly reader: Known;
}

/** What the store has. */
export interface Known {
  /** The keys of those digests that are there. */
  find(digests: readonly Uint8Array[], options?: CallOptions): Promise<{ has(key: string): boolean }>;
  /** Whether it may be other than it was. */
  hasSuspects(): Promise<boolean>;
}

/** A file on disk whose digest is asked for. */
export interface LookedAt {
  readonly path: string;
  readonly stamp: FileStamp;
}

/** What was found about a group. */
interface Finding {
  readonly key: GroupKey;
  readonly files: Uint8Array;
  /** Whether the store had all of its bytes before the call. */
  readonly wasThere: boolean;
}

/** No epoch: whether the store has all bytes is to be looked up. */
const noEpoch = -1;

/**
 * Remembers which bytes files had when they were read, so that an unchanged file is not read again. One for each call, whose
 * findings {@link save} writes down at its end, and {@link recall} before it when they are many.
 */
export class StatCache {
  readonly #context: StatCacheContext;
  readonly #epoch: number;
  readonly #mostBytes: number;
  #hasSuspects: Promise<boolean> | undefined;
  #findings: Finding[] = [];
  #findingsBytes = 0;

  /**
   * @param epoch Of garbage collection, when the call began.
   * @param mostBytes Findings of so many bytes are written down before the end.
   */
  constructor(context: StatCacheContext, epoch: number, mostBytes: number = 16 * 1024 * 1024) {
    this.#context = context;
    this.#epoch = epoch;
    this.#mostBytes = mostBytes;
  }

  /** What is known of groups of files, one for each, if the store has the bytes still and nobody wrote to its packs. */
  async recall(groups: readonly FileGroup<unknown>[], options: CallOptions): Promise<readonly SeenGroup[]> {
    if (groups.length === 0) return [];
    const { database, reader } = this.#context;
    if (this.#findingsBytes >= this.#mostBytes) await this.#saveEarly(options);
    const rows = await database.read(() => readSeen(groups.map(({ key }) => key)), options);
    if (rows.some((row) => row !== undefined)) this.#hasSuspects ??= reader.hasSuspects();
    const isBelieved = (await this.#hasSuspects) === false;
    const recalled: SeenGroup[] = [];
    for (const [i, { key, items }] of groups.entries()) {
      const row = isBelieved ? rows[i] : undefined;
      const isNews = row !== undefined && row.epoch !== this.#epoch;
      const files = isNews ? await this.#thoseThere(row.files, options) : row?.files;
      recalled.push(this.#group(key, items.length, files ?? SeenFiles.none, isNews));
    }
    return recalled;
  }

  /** Those of which the store has the bytes. */
  async #thoseThere(files: SeenFiles, options: CallOptions): Promise<SeenFiles> {
    const digests = files.names.map((_, place) => files.digestAt(place));
    const there = await this.#context.reader.find(digests, options);
    return files.only((digest) => there.has(keyOf(digest)));
  }

  /** Writes down what was found. All of its bytes must be in the store by then. */
  *save(): Step<void> {
    for (const { key, files } of this.#findings) yield* writeSeen(key, { epoch: this.#epoch, files });
  }

  /** Writes down what was found, of which some bytes may be in packs that have no rows yet. Where it can't, it is forgotten. */
  async #saveEarly(options: CallOptions): Promise<void> {
    const findings = this.#findings;
    const epoch = this.#epoch;
    this.#findings = [];
    this.#findingsBytes = 0;
    const save = function* (): Step<void> {
      for (const { key, files, wasThere } of findings) {
        yield* writeSeen(key, { epoch: wasThere ? epoch : noEpoch, files });
      }
    };
    await this.#context.database.write(save, options).catch(() => options.signal?.throwIfAborted());
  }

  get isEmpty(): boolean {
    return this.#findings.length === 0;
  }

  #group(key: GroupKey, count: number, known: SeenFiles, isNews: boolean): SeenGroup {
    return new SeenGroup(known, count, isNews, (files, wasThere) => {
      this.#findings.push({ key, files, wasThere });
      this.#findingsBytes += files.length;
    });
  }
}

/** Is given what was found, as `writeSeen` takes it, and whether the store had all of its bytes before. */
type SaveFindings = (files: Uint8Array, wasThere: boolean) => void;

/** A group of files of one call: what was known of them, and what becomes known. Each file is kept, noted or skipped. */
export class SeenGroup {
  readonly #known: SeenFiles;
  readonly #save: SaveFindings;
  readonly #found: FoundFiles;
  /** Their places among what is known. */
  readonly #kept: number[] = [];
  #nameStart: number | undefined;
  #lastPath: string | undefined;
  #lastPlace = -1;
  readonly #isNews: boolean;
  #missing: number;
  #hasNewFiles = false;

  /**
   * @param count How many files it has.
   * @param isNews Whether what is known is worth saving as it is, for a later epoch.
   */
  constructor(known: SeenFiles, count: number, isNews: boolean, save: SaveFindings) {
    this.#known = known;
    this.#found = new FoundFiles(count);
    this.#missing = count;
    this.#isNews = isNews;
    this.#save = save;
  }

  /** Whether anything is known of a file, so that it is worth looking at. */
  knows(path: string): boolean {
    return this.#find(path) !== -1;
  }

  /** The digest of a file, if it is known and the file looked the same then. */
  digestOf({ path, stamp }: LookedAt): Buffer | undefined {
    const place = this.#find(path);
    return place !== -1 && this.#known.isSame(place, stamp) ? this.#known.digestAt(place) : undefined;
  }

  /** Whether a file has these bytes, by what is known of it and because it looked the same then. */
  hasDigest({ path, stamp }: LookedAt, digest: ContentDigest): boolean {
    const place = this.#find(path);
    return place !== -1 && this.#known.isSame(place, stamp) && this.#known.isOf(place, digest);
  }

  /** Keeps what is known of a file, of which something must be. */
  keep({ path }: LookedAt): void {
    this.#kept.push(this.#find(path));
    this.#settle();
  }

  /**
   * Notes what was read of a file.
   *
   * @param digests Holds the file's, from `start`.
   * @param readAt When that began, in milliseconds since 1970.
   */
  note({ path, stamp }: LookedAt, readAt: number, digests: Uint8Array, start = 0): void {
    if (isSettled(stamp, readAt)) {
      this.#found.add(this.#nameOf(path), stamp, digests, start);
      this.#hasNewFiles = true;
    }
    this.#settle();
  }

  /** Says that nothing is known of a file. */
  skip(): void {
    this.#settle();
  }

  /** The place of a file among what is known, or -1. Each is asked for a few times. */
  #find(path: string): number {
    if (path !== this.#lastPath) {
      this.#lastPath = path;
      this.#lastPlace = this.#known.names.length === 0 ? -1 : this.#known.find(this.#nameOf(path));
    }
    return this.#lastPlace;
  }

  /** All are in one folder, so that what comes before their names is as long. */
  #nameOf(path: string): string {
    this.#nameStart ??= path.length - basename(path).length;
    return path.slice(this.#nameStart);
  }

  /** Saves what is known when all of the group is. */
  #settle(): void {
    this.#missing--;
    if (this.#missing > 0 || !(this.#isNews || this.#hasNewFiles)) return;
    const { names } = this.#known;
    for (const place of this.#kept) {
      const stamp = this.#known.stampAt(place);
      this.#found.add(names[place] as string, stamp, this.#known.digestAt(place));
    }
    this.#save(this.#found.encode(), !this.#hasNewFiles);
  }
}
