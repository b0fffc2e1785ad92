import type { CallOptions } from '@cairn/core';
import { forgetPack } from '../maintenance/drop-packs.js';
import { type FoundRecord, makeFoundRows } from '../maintenance/found-rows.js';
import type { PackEnd } from '../maintenance/pack-end.js';
import { type PackRow, packsByName } from '../maintenance/pack-rows.js';
import { isIntact } from '../maintenance/pack-scan.js';
import type { Problems } from '../maintenance/problems.js';
import { type PackRecord, recipeKind } from '../packs/pack-format.js';
import { findPack } from '../packs/pack-index.js';
import { now, one, run } from '../sql/step.js';
import { packKey, readEndOfObject } from './bucket-packs.js';
import type { CollectedBucketContext } from './collected-bucket.js';
import { objectsOfPacks } from './listed-packs.js';
import { scanBucketPack } from './open-bucket-pack.js';
import type { PackObject } from './pack-objects.js';
import { wantedRecords } from './wanted-records.js';

/** How many packs are looked up together. */
const packsAtOnce = 100;
/** For how many records rows are made in one transaction. */
const recordsAtOnce = 5000;

/** A pack in the bucket that has a row. */
export interface IndexedPack extends PackObject {
  readonly id: number;
  /** Whether something in it was found damaged. Of one whose row was just made that isn't known: the next look at all bytes tells. */
  readonly isSuspect: boolean;
  /** Whether it had none: then it may be one that somebody sent and nobody had checked. */
  readonly isFound: boolean;
}

type IntactEnd = PackEnd & { readonly state: 'intact' };

/**
 * Makes the rows that the tables of the packs in a bucket know and the index doesn't, or knows wrong, but for those of
 * recipes. Reads the ends of the packs, and otherwise only what is to take the place of something else, or is in a pack in
 * which something is damaged.
 *
 * @returns The packs whose recipes have to be seen to.
 */
export async function reindexBucket(
  context: CollectedBucketContext,
  problems: Problems,
  options: CallOptions,
): Promise<IndexedPack[]> {
  const { database } = context;
  const withRecipes: IndexedPack[] = [];
  let seen: PackObject[] = [];
  const reindexSeen = async () => {
    const names = seen.map(({ name }) => name);
    const rows = await packsByName(database, names, options);
    for (const object of seen) {
      options.signal?.throwIfAborted();
      const row = rows.get(object.name);
      // It is being written, or removed.
      if (row !== undefined && row.recordCount <= 0) continue;
      const end = await readEndOfObject(context, object, options);
      if (end.state !== 'intact') continue;
      const pack = row === undefined ? await addFound(object, end) : await correct(object, row, end);
      if (pack === undefined) continue;
      const data = end.records.filter(({ kind }) => kind !== recipeKind);
      for (let at = 0; at < data.length; at += recordsAtOnce) {
        await reindexRecords(context, pack, data.slice(at, at + recordsAtOnce), problems, options);
      }
      if (data.length < end.records.length) withRecipes.push(pack);
    }
    seen = [];
  };
  for await (const object of objectsOfPacks(context, options)) {
    if (seen.push(object) === packsAtOnce) await reindexSeen();
  }
  await reindexSeen();
  return withRecipes;

  /** Makes the row of a pack that has none. It is suspect until all of it was read. */
  async function addFound(object: PackObject, { records }: IntactEnd): Promise<IndexedPack | undefined> {
    const { name, size } = object;
    const row = await database.write(function* () {
      return yield* one(
        `INSERT INTO packs (name, size, record_count, created_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (name) DO NOTHING RETURNING id`,
        [name, size, records.length, yield* now()],
      );
    }, options);
    // Somebody else was faster: another repair, or one who removes it.
    if (row === undefined) return undefined;
    const id = Number(row.id);
    // Nobody removes it from now on, but who did so just before may not have been seen.
    if ((await context.objects.stat(packKey(name), options)) !== undefined) {
      return { ...object, id, isSuspect: false, isFound: true };
    }
    const digests = records.map(({ digest }) => digest);
    await database.write(() => forgetPack(id, digests), options);
    return undefined;
  }

  /** Has the row of a pack say what is there. */
  async function correct(object: PackObject, row: PackRow, { records }: IntactEnd): Promise<IndexedPack> {
    const { id } = row;
    if (row.size !== object.size || row.recordCount !== records.length) {
      const text = 'UPDATE packs SET size = ?, record_count = ?, mtime_ms = NULL WHERE id = ?';
      await database.write(() => run(text, [object.size, records.length, id]), options);
    }
    const known = await database.read(() => findPack(id), options);
    return { ...object, id, isSuspect: known?.stamp === undefined, isFound: false };
  }
}

/** Makes rows of data. */
async function reindexRecords(
  context: CollectedBucketContext,
  pack: IndexedPack,
  records: readonly PackRecord[],
  problems: Problems,
  options: CallOptions,
): Promise<void> {
  const { lacking, doubtful } = await wantedRecords(context.database, { records, problems }, options);
  const unread = pack.isSuspect ? [] : lacking;
  const toRead = (pack.isSuspect ? [...lacking, ...doubtful] : doubtful).sort((a, b) => a.start - b.start);
  const found = unread.map((record): FoundRecord => ({ record, size: record.length, isVerified: false }));
  for await (const window of scanBucketPack(context, pack, toRead, options)) {
    for (const record of window.records) {
      if (!isIntact(record, window.bytesOf(record), context.hasher)) continue;
      found.push({ record, size: record.length, isVerified: true });
    }
  }
  if (found.length > 0) await context.database.write(() => makeFoundRows(pack.id, found), options);
}
