import { setImmediate as pause } from 'node:timers/promises';
import { type ByteRange, CairnError, type CallOptions, type ContentDigest, type Hasher } from '@cairn/core';
import { rawDigest, recipeKind } from '../packs/pack-format.js';
import type { RecipeRow } from '../packs/recipe.js';
import type { Fetched, RecordReader } from '../packs/record-reader.js';

export interface ReadContext {
  readonly reader: RecordReader;
  readonly hasher: Hasher;
  /** Whether something is a digest that the store could have. */
  canHave(digest: string): boolean;
}

/** After how many chunks everything else of the process gets a turn. */
const chunksInARow = 32;

/** The bytes of a blob, or of a part of it; see `BlobStore.open`. Each record is verified before it is handed out. */
export async function* readBlob(
  { reader, hasher, canHave }: ReadContext,
  digest: ContentDigest,
  { range, signal }: CallOptions & { readonly range?: ByteRange | undefined } = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  signal?.throwIfAborted();
  if (!canHave(digest)) throw missing(digest);
  const record = await naming(digest, () => reader.fetch(rawDigest(digest), { signal }));
  signal?.throwIfAborted();
  if (record.location.kind !== recipeKind) {
    const part = record.bytes.subarray(range?.start, range?.end);
    if (part.length > 0) yield part;
    return;
  }
  const hash = hasher.create();
  let count = 0;
  const segments = await naming(digest, () => reader.segments(record));
  for (const { row: segment, start: from, end: to } of within(segments, range)) {
    const chunks = await naming(digest, () => reader.chunks(segment, { signal }), damaged);
    const wanted = [...within(chunks, { start: from, end: to })];
    const digests = wanted.map(({ row }) => row.digest);
    const records = reader.fetchAll(digests, { signal })[Symbol.asyncIterator]();
    for (const { start, end } of wanted) {
      if (++count % chunksInARow === 0) await pause();
      const { bytes } = await naming(digest, async () => (await records.next()).value as Fetched, damaged);
      signal?.throwIfAborted();
      // Before it is handed out, for it may be changed then.
      if (range === undefined) hash.update(bytes);
      yield bytes.subarray(start, end);
    }
  }
  if (range === undefined && hash.digest() !== digest) throw damaged(digest);
}

/** The rows that a part of what they stand for is in, and which of their bytes. */
function* within(
  rows: readonly RecipeRow[],
  { start = 0, end = Number.POSITIVE_INFINITY }: Partial<ByteRange> = {},
) {
  let at = 0;
  for (const row of rows) {
    const [from, to] = [Math.max(start - at, 0), Math.min(end - at, row.length)];
    if (from < to) yield { row, start: from, end: to };
    at += row.length;
  }
}

/** Has errors name the blob. */
async function naming<T>(
  digest: ContentDigest,
  work: () => Promise<T>,
  whatIfMissing: (digest: ContentDigest, cause: unknown) => CairnError = missing,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (CairnError.is(error, 'integrity_mismatch')) throw damaged(digest, error);
    if (CairnError.is(error, 'not_found')) throw whatIfMissing(digest, error);
    throw error;
  }
}

export function missing(digest: ContentDigest): CairnError {
  return new CairnError('not_found', `the store has no blob ${digest}`, {
    hint: 'Log the artifact again from where its files are.',
  });
}

function damaged(digest: ContentDigest, cause?: unknown): CairnError {
  return new CairnError('integrity_mismatch', `the blob ${digest} is damaged`, {
    hint: 'Log its file again: that repairs it.',
    ...(cause === undefined ? {} : { cause }),
  });
}
