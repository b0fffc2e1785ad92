import { CairnError, type CallOptions, type Hasher } from '@cairn/core';
import type { HashedBlob } from '../ingest/hashed.js';
import type { FinishedPack } from '../packs/open-pack.js';
import type { PackFiles } from '../packs/pack-files.js';
import { rawDigest, readTable } from '../packs/pack-format.js';
import {
  addPack,
  forgetRecords,
  goneMeanwhile,
  holdEpoch,
  keyOf,
  type Location,
  readEpoch,
  rescue,
} from '../packs/pack-index.js';
import type { PackShelf } from '../packs/pack-shelf.js';
import { readRecord } from '../packs/read-record.js';
import { decodeRecipe, decodeRows } from '../packs/recipe.js';
import type { RecordReader } from '../packs/record-reader.js';
import type { Database } from '../sql/database.js';
import type { Step } from '../sql/step.js';

export interface RowsContext {
  readonly files: PackFiles;
  readonly database: Database;
  readonly hasher: Hasher;
  readonly reader: RecordReader;
  readonly shelf: PackShelf;
}

/** A finished pack, and what its rows depend on. */
export interface PackToAdd {
  readonly pack: FinishedPack;
  /** Those in the pack. */
  readonly recipes: readonly HashedBlob[];
  /** The epoch of garbage collection in which all that they rely on was there. */
  readonly basis: number;
  /** Records that were found to be damaged, by their keys. */
  readonly damaged: ReadonlyMap<string, Location>;
  /** What else is written down with it. */
  also?(): Step<void>;
}

/**
 * Makes the rows of a finished pack, or removes the pack if it is of no use.
 *
 * @throws CairnError `conflict` when garbage collection removed what it relies on. It is worth trying again.
 */
export async function makeRows(context: RowsContext, added: PackToAdd, options: CallOptions): Promise<void> {
  const { database, shelf } = context;
  const { pack, recipes, basis, also } = added;
  const sizes = new Map(recipes.map(({ digest, size }) => [keyOf(rawDigest(digest)), size]));
  const isSorted = database.dialect.name === 'postgres';
  const mended = mendedBy(added);
  let isUseful: boolean | undefined;
  while (isUseful === undefined) {
    const epoch = recipes.length === 0 ? basis : await database.read(readEpoch);
    const relied = epoch === basis ? [] : await reliedOn(context, added, options);
    isUseful = await database.write(function* () {
      if (recipes.length > 0 && (yield* holdEpoch()) !== epoch) return undefined;
      yield* shelf.claim(pack);
      yield* forgetRecords(mended);
      const isInUse = yield* addPack(pack, sizes, { isSorted });
      yield* rescue(relied);
      if (also !== undefined) yield* also();
      return isInUse;
    }, options);
  }
  if (!isUseful) await shelf.discard(pack);
}

/** The damaged records that a pack has again. All others must keep their rows until they are elsewhere. */
function mendedBy({ pack, damaged }: PackToAdd): { digest: Uint8Array; packId: number }[] {
  if (damaged.size === 0) return [];
  const mended: { digest: Uint8Array; packId: number }[] = [];
  for (const { digest } of readTable(pack.end)) {
    const location = damaged.get(keyOf(digest));
    if (location !== undefined) mended.push({ digest, packId: location.packId });
  }
  return mended;
}

/** The segments and chunks of recipes, of which some are in a pack that has no rows yet. */
async function reliedOn(
  { files, reader, hasher }: RowsContext,
  { recipes, pack }: PackToAdd,
  options: CallOptions,
): Promise<Uint8Array[]> {
  const inPack = new Map([...readTable(pack.end)].map((record) => [keyOf(record.digest), record]));
  const relied: Uint8Array[] = [];
  for (const { recipe } of recipes) {
    for (const { digest } of decodeRecipe(recipe, hasher)) {
      const record = inPack.get(keyOf(digest));
      const own = record === undefined ? undefined : readRecord(files, pack.path, record);
      const bytes = own ?? (await reader.fetch(digest, options).catch(condemned)).bytes;
      relied.push(digest);
      for (const chunk of decodeRows(bytes)) relied.push(chunk.digest);
    }
  }
  return relied;
}

/** What was relied on and isn't found any more was condemned. */
function condemned(error: unknown): never {
  throw CairnError.is(error, 'not_found') ? goneMeanwhile() : error;
}
