import type { CallOptions } from '@cairn/core';
import type { RecordKind } from '../packs/pack-format.js';
import { keyOf } from '../packs/pack-index.js';
import type { Database } from '../sql/database.js';
import { tuples } from '../sql/fragment.js';
import { all, type Row } from '../sql/step.js';
import type { DigestForm } from '../sql/stored-form.js';

/** How many rows are read in one go. Nothing else of the process runs meanwhile. */
const pageCount = 4000;

export interface ObjectRow {
  readonly digest: Uint8Array;
  readonly kind: RecordKind;
  readonly packId: number;
  readonly start: number;
  readonly length: number;
  readonly size: number;
  readonly isCondemned: boolean;
}

const columns = 'digest, kind, pack_id, start, length, size, condemned IS NOT NULL AS is_condemned';

/** All rows of objects, in the order of their keys, a page at a time; not those of one moment. */
export async function* objectPages(
  database: Database,
  options: CallOptions,
): AsyncGenerator<readonly ObjectRow[], void, undefined> {
  for (let after: Uint8Array = new Uint8Array(); ; ) {
    const rows = await database.read(
      () =>
        all(`SELECT ${columns} FROM objects WHERE digest > ? ORDER BY digest LIMIT ${pageCount}`, [after]),
      options,
    );
    if (rows.length > 0) yield toObjects(rows, database.form.objects);
    if (rows.length < pageCount) return;
    after = rows.at(-1)?.digest as Uint8Array;
  }
}

/** All recipes that are not condemned, in the order of their packs, a page at a time; not those of one moment. */
export async function* recipePages(
  database: Database,
  { afterPack = 0, ...options }: CallOptions & { readonly afterPack?: number | undefined } = {},
): AsyncGenerator<readonly ObjectRow[], void, undefined> {
  let [pack, digest] = [afterPack, lastDigest];
  for (;;) {
    const rows = await database.read(
      () =>
        all(
          `SELECT ${columns} FROM objects WHERE kind = 1 AND pack_id >= ? AND (pack_id > ? OR digest > ?)
           AND condemned IS NULL ORDER BY pack_id, digest LIMIT ${pageCount}`,
          [pack, pack, digest],
        ),
      options,
    );
    if (rows.length > 0) yield toObjects(rows, database.form.objects);
    if (rows.length < pageCount) return;
    const last = rows.at(-1) as Row;
    [pack, digest] = [Number(last.pack_id), last.digest as Uint8Array];
  }
}

/** After all digests. */
export const lastDigest: Uint8Array = new Uint8Array(33).fill(0xff);

/** Rows are summed up a part at a time, so that the process gets to other work: so many values of their first byte. */
const partBytes = 16;

/** Where the parts of all digests begin and end. */
export function* digestParts(): Generator<readonly [from: Uint8Array, to: Uint8Array]> {
  for (let byte = 0; byte < 256; byte += partBytes) {
    yield [Uint8Array.of(byte), byte + partBytes === 256 ? lastDigest : Uint8Array.of(byte + partBytes)];
  }
}

function toObjects(rows: readonly Row[], form: DigestForm): ObjectRow[] {
  const digests = form.fromStored(rows.map(({ digest }) => digest as Uint8Array));
  return rows.map((row, i) => toObject(row, digests[i] as Uint8Array));
}

function toObject(row: Row, digest: Uint8Array): ObjectRow {
  return {
    digest,
    kind: Number(row.kind) as RecordKind,
    packId: Number(row.pack_id),
    start: Number(row.start),
    length: Number(row.length),
    size: Number(row.size),
    isCondemned: Number(row.is_condemned) === 1,
  };
}

/** Rows by the keys of their digests, condemned or not. */
export async function objectsByDigest(
  database: Database,
  digests: readonly Uint8Array[],
  options: CallOptions,
): Promise<Map<string, ObjectRow>> {
  const { objects } = database.form;
  const list = tuples(1, digests.length);
  const rows = await database.read(
    () => all(`SELECT ${columns} FROM objects WHERE digest IN ${list}`, objects.toStored(digests)),
    options,
  );
  const found = toObjects(rows, objects);
  return new Map(found.map((row) => [keyOf(row.digest), row]));
}

/** All rows that lead to a pack, in the order of their places. For when its table can't tell: it goes through all rows. */
export async function objectsOfPack(
  database: Database,
  packId: number,
  options: CallOptions,
): Promise<ObjectRow[]> {
  const text = `SELECT ${columns} FROM objects WHERE pack_id = ? ORDER BY start, length`;
  const rows = await database.read(() => all(text, [packId]), options);
  return toObjects(rows, database.form.objects);
}
