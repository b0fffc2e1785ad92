import { setImmediate as pause } from 'node:timers/promises';
import { CairnError, type CallOptions } from '@cairn/core';
import type { HashedBlob } from '../ingest/hashed.js';
import { dataKind, digestBytes, type PackRecord } from '../packs/pack-format.js';
import { keyOf } from '../packs/pack-index.js';
import { readRecord } from '../packs/read-record.js';
import { checkRows, maxRows, type RecipeRow, rowBytes } from '../packs/recipe.js';
import type { RecordReader } from '../packs/record-reader.js';
import { type AdoptOptions, lacking, refused } from './adopted.js';
import type { CheckContext, CheckedPack } from './check-pack.js';

export interface RecipeContext extends CheckContext {
  readonly reader: RecordReader;
}

/** How many segments are looked at together. */
const segmentsAtOnce = 16;
/** A recipe has at most this many: so much is held in memory. */
const maxSegments = 500_000;
/** The largest blob, in bytes: a few rows could stand for so much that nobody would live to see it hashed. */
const maxBlobBytes = 2 ** 40;
/** After how many chunks everything else of the process gets a turn. */
const chunksInARow = 32;

/**
 * Makes sure that a recipe of a pack puts together the blob whose digest it has, of data that is in the pack, or that is in
 * the store and may be relied on.
 *
 * @throws CairnError `integrity_mismatch`; `conflict` when something it relies on is not there.
 */
export async function checkRecipe(
  context: RecipeContext,
  pack: CheckedPack,
  record: PackRecord,
  { linked, signal }: Pick<AdoptOptions, 'linked' | 'signal'>,
): Promise<HashedBlob> {
  const { files, hasher, reader, smallBytes } = context;
  const hash = hasher.create();
  if (record.length > maxSegments * rowBytes) throw tooLarge();
  const recipe = Uint8Array.from(readRecord(files, pack.path, record) ?? []);
  const segments = rowsOf(recipe.subarray(digestBytes));
  if (lengthOf(segments) > maxBlobBytes) throw tooLarge();
  let size = 0;
  for (let at = 0; at < segments.length; at += segmentsAtOnce) {
    const some = segments.slice(at, at + segmentsAtOnce);
    const chunks: RecipeRow[] = [];
    let i = 0;
    for await (const bytes of data(some, false)) {
      const rows = rowsOf(bytes);
      if (rows.length > maxRows || lengthOf(rows) !== some[i++]?.length) {
        throw refused('has a recipe that is wrong');
      }
      chunks.push(...rows);
    }
    let count = 0;
    for await (const bytes of data(chunks, true)) {
      if (++count % chunksInARow === 0) await pause();
      signal?.throwIfAborted();
      hash.update(bytes);
      size += bytes.length;
    }
  }
  const digest = hash.digest();
  const raw = Buffer.from(digest.slice(digest.indexOf(':') + 1), 'hex');
  if (!raw.equals(record.digest)) throw refused('has a recipe of another blob');
  if (size <= smallBytes) throw refused('has a recipe of a blob that is small');
  return { digest, size, recipe };

  /** The data that rows stand for, in their order. */
  async function* data(
    rows: readonly RecipeRow[],
    isChunks: boolean,
    options: CallOptions = { signal },
  ): AsyncGenerator<Uint8Array> {
    const own = rows.map(({ digest }) => pack.records[pack.numbers.find(digest)]);
    const others = rows.filter((_, i) => own[i] === undefined);
    await checkThere(others, isChunks, options);
    const there = reader
      .fetchAll(
        others.map(({ digest }) => digest),
        options,
      )
      [Symbol.asyncIterator]();
    for (const [i, row] of rows.entries()) {
      const mine = own[i];
      if (mine === undefined) {
        yield (await there.next().catch(gone)).value?.bytes ?? new Uint8Array();
        continue;
      }
      if (mine.kind !== dataKind || (isChunks && mine.length !== row.length)) {
        throw refused('has a recipe that is wrong');
      }
      yield readRecord(files, pack.path, mine) ?? new Uint8Array();
    }
  }

  /** Makes sure that the store has data, and that the sender may rely on it. */
  async function checkThere(
    rows: readonly RecipeRow[],
    isChunks: boolean,
    options: CallOptions,
  ): Promise<void> {
    if (rows.length === 0) return;
    const digests = [...new Map(rows.map(({ digest }) => [keyOf(digest), digest])).values()];
    const allowed = await linked?.(digests, options);
    if (allowed?.some((byte) => byte !== 1)) throw lacking();
    const found = await reader.find(digests, options);
    for (const { digest, length } of rows) {
      const location = found.get(keyOf(digest));
      if (location === undefined) throw lacking();
      if (location.kind !== dataKind || (isChunks && location.length !== length)) {
        throw refused('has a recipe that is wrong');
      }
    }
  }
}

function rowsOf(bytes: Uint8Array): RecipeRow[] {
  try {
    return checkRows(bytes);
  } catch (cause) {
    throw refused('has a recipe that is wrong', cause);
  }
}

function lengthOf(rows: readonly RecipeRow[]): number {
  return rows.reduce((sum, { length }) => sum + length, 0);
}

function tooLarge(): CairnError {
  return new CairnError(
    'quota_exceeded',
    'the pack that was sent has the recipe of a blob that is too large',
    {
      hint: `A blob may have ${maxBlobBytes} bytes.`,
    },
  );
}

/** What was there a moment ago is condemned now, or is damaged: the sender has to send it again. */
function gone(error: unknown): never {
  const isLost = CairnError.is(error, 'not_found') || CairnError.is(error, 'integrity_mismatch');
  throw isLost ? lacking() : error;
}
