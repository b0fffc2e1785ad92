import { CairnError, type CallOptions, type Hasher, type ObjectStore } from '@cairn/core';
import { inParallel } from '../blobs/in-parallel.js';
import { isIntact } from '../maintenance/pack-scan.js';
import { findObjects, findPack, keyOf, type Location, suspectPack } from '../packs/pack-index.js';
import { decodeRecipe, decodeRows, type RecipeRow } from '../packs/recipe.js';
import type { Fetched, RecordReader } from '../packs/record-reader.js';
import type { Database } from '../sql/database.js';
import { one } from '../sql/step.js';
import { type MergedRange, mergeRanges } from './merge-ranges.js';
import type { PackObject, PackObjects } from './pack-objects.js';

export interface BucketReaderContext {
  readonly objects: ObjectStore;
  readonly packObjects: PackObjects;
  readonly database: Database;
  readonly hasher: Hasher;
}

/** A record that somebody waits for. */
interface Wanted {
  readonly digest: Uint8Array;
  readonly signal: AbortSignal | undefined;
  resolve(record: Fetched): void;
  reject(error: unknown): void;
  /** The pack it was looked for in vain in. */
  lostIn?: number;
}

interface Placed {
  readonly wanted: Wanted;
  readonly location: Location;
}

/** How many requests read at once. */
const requestsAtOnce = 8;
/** How many records are asked for ahead of whoever takes them one by one: with those in large blobs, 4 MiB. */
const recordsAhead = 128;

/**
 * Finds and reads the records of packs in a bucket. What is asked for at the same time is looked up together, and neighbours
 * are read by one request.
 */
export class BucketReader implements RecordReader {
  readonly #context: BucketReaderContext;
  #waiting: Wanted[] = [];
  readonly #packs = new Map<number, PackObject>();

  constructor(context: BucketReaderContext) {
    this.#context = context;
  }

  find(digests: readonly Uint8Array[], options?: CallOptions): Promise<Map<string, Location>> {
    return this.#context.database.read(() => findObjects(digests), options);
  }

  async fetch(digest: Uint8Array, { signal }: CallOptions = {}): Promise<Fetched> {
    signal?.throwIfAborted();
    const record = await new Promise<Fetched>((resolve, reject) => {
      this.#wait({ digest, signal, resolve, reject });
    });
    signal?.throwIfAborted();
    return record;
  }

  async *fetchAll(digests: readonly Uint8Array[], options?: CallOptions): AsyncGenerator<Fetched> {
    const ahead: Promise<Fetched>[] = [];
    for (let at = 0; at < digests.length; at++) {
      if (ahead.length <= recordsAhead / 2) {
        const next = digests.slice(at + ahead.length, at + recordsAhead);
        for (const digest of next) {
          const record = this.fetch(digest, options);
          // Whoever comes to it hears of it.
          record.catch(() => undefined);
          ahead.push(record);
        }
      }
      yield (await ahead.shift()) as Fetched;
    }
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

  /** Whether something in a pack was read that was damaged. Nobody else writes to the bucket. */
  async isSuspect(packId: number): Promise<boolean> {
    return (await this.#context.database.read(() => findPack(packId)))?.stamp === undefined;
  }

  async hasSuspects(): Promise<boolean> {
    const suspect = 'SELECT 1 AS found FROM packs WHERE mtime_ms IS NULL AND record_count > 0 LIMIT 1';
    return (await this.#context.database.read(() => one(suspect))) !== undefined;
  }

  #wait(wanted: Wanted): void {
    // What comes until then is read together with it.
    if (this.#waiting.length === 0) setImmediate(() => void this.#readWaiting());
    this.#waiting.push(wanted);
  }

  async #readWaiting(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      const digests = batch.map(({ digest }) => digest);
      const found = await this.find(digests, { signal: commonSignal(batch) });
      const placed: Placed[] = [];
      for (const wanted of batch) {
        const location = found.get(keyOf(wanted.digest));
        if (location === undefined) wanted.reject(missing());
        else placed.push({ wanted, location });
      }
      const read = (range: MergedRange<Placed>) => this.#readRange(range);
      for await (const _ of inParallel(mergeRanges(placed), requestsAtOnce, read));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  async #readRange({ packId, start, end, items }: MergedRange<Placed>): Promise<void> {
    try {
      const pack = await this.#packOf(packId);
      const signal = commonSignal(items.map(({ wanted }) => wanted));
      const bytes = pack && (await this.#context.packObjects.read(pack, { start, end }, { signal }));
      for (const item of items) {
        if (bytes === undefined) await this.#lookAgain(item);
        // What comes after something that is damaged may be whole.
        else if (bytes.length < end - start && items.length > 1) await this.#readRange(alone(item));
        else await this.#settle(item, bytes.subarray(item.location.start - start));
      }
    } catch (error) {
      for (const { wanted } of items) wanted.reject(error);
    }
  }

  /** A pack never changes, but its row may be mended. */
  async #packOf(packId: number): Promise<PackObject | undefined> {
    const known = this.#packs.get(packId);
    if (known !== undefined) return known;
    const row = await this.#context.database.read(() => findPack(packId));
    if (row !== undefined) this.#packs.set(packId, row);
    return row;
  }

  /** @param rest Of what was read, from where the record begins. */
  async #settle({ wanted, location }: Placed, rest: Uint8Array): Promise<void> {
    const { digest } = wanted;
    const bytes = rest.subarray(0, location.length);
    if (isIntact({ digest, kind: location.kind }, bytes, this.#context.hasher)) {
      wanted.resolve({ location, bytes });
    } else wanted.reject(await this.#damaged(location.packId));
  }

  /** Garbage collection moves what is needed to another pack before it removes one. */
  async #lookAgain({ wanted, location: { packId } }: Placed): Promise<void> {
    if (wanted.lostIn === packId) return wanted.reject(await this.#damaged(packId));
    wanted.lostIn = packId;
    this.#wait(wanted);
  }

  async #damaged(packId: number): Promise<CairnError> {
    this.#packs.delete(packId);
    await this.#context.database.write(() => suspectPack(packId)).catch(() => undefined);
    return new CairnError('integrity_mismatch', `a pack in ${this.#context.objects.location} is damaged`, {
      hint: 'Log the files again: that repairs it.',
    });
  }
}

/** The signal of all who wait, if it is one: what several wait for goes on for the others when one gives up. */
function commonSignal(all: readonly Wanted[]): AbortSignal | undefined {
  const signal = all[0]?.signal;
  if (signal === undefined || !all.every((wanted) => wanted.signal === signal)) return undefined;
  // Another one for each request: listeners of many requests on one signal look like a leak.
  return AbortSignal.any([signal]);
}

function alone(item: Placed): MergedRange<Placed> {
  const { packId, start, length } = item.location;
  return { packId, start, end: start + length, items: [item] };
}

function missing(): CairnError {
  return new CairnError('not_found', 'the store lacks it', {
    hint: 'Log the artifact again from where its files are.',
  });
}
