import type { CallOptions } from '@cairn/core';
import type { FinishedPack } from '../packs/open-pack.js';
import type { PackRecord } from '../packs/pack-format.js';
import { goneMeanwhile, isInUse } from '../packs/pack-index.js';
import type { PackShelf } from '../packs/pack-shelf.js';
import type { Database } from '../sql/database.js';
import { tuples } from '../sql/fragment.js';
import { all, one, run, type Step } from '../sql/step.js';

/** How many rows are moved in one transaction. */
const movesAtOnce = 10_000;
const batchCount = 250;

/** A record that was copied to a new pack. */
export interface Move {
  readonly digest: Uint8Array;
  /** The pack it was in. */
  readonly from: number;
  /** Where it begins in the new one. */
  readonly start: number;
}

/** A new pack of copies. */
export interface MovedPack {
  readonly pack: FinishedPack;
  /** When the youngest of the packs was made whose records it has. */
  readonly createdAt: number;
  /** Its records, in their order. */
  readonly moves: readonly Move[];
}

/** Makes the row of a new pack, and has the rows of its records lead to it. Returns whether any does. */
export async function moveRows(
  { database, shelf }: { readonly database: Database; readonly shelf: PackShelf },
  { pack, createdAt, moves }: MovedPack,
  options: CallOptions,
): Promise<boolean> {
  const { mtimeMs, ctimeMs, ino } = pack.stamp;
  const id = await database.write(function* () {
    yield* shelf.claim(pack);
    const row = yield* one(
      `INSERT INTO packs (name, size, record_count, created_at, mtime_ms, ctime_ms, ino)
       VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`,
      [pack.name, pack.size, moves.length, createdAt, mtimeMs, ctimeMs, ino],
    );
    return Number(row?.id);
  }, options);
  // Rows lie in the order of their keys: so each transaction writes to few pages.
  const digests = moves.map(({ digest }) => digest);
  const keys = database.form.objects.toStored(digests);
  const sorted = moves
    .map(({ from, start }, i) => ({ key: keys[i] as Uint8Array, from, start }))
    .sort((a, b) => Buffer.compare(a.key, b.key));
  for (let at = 0; at < sorted.length; at += movesAtOnce) {
    await database.write(() => move(id, sorted.slice(at, at + movesAtOnce)), options);
  }
  const isUseful = await database.write(function* () {
    if (yield* isInUse(id, digests)) return true;
    yield* run('DELETE FROM packs WHERE id = ?', [id]);
    return false;
  }, options);
  if (!isUseful) await shelf.discard(pack);
  return isUseful;
}

/** A row of which the record was copied. */
interface MovedRow extends Pick<Move, 'from' | 'start'> {
  readonly key: Uint8Array;
}

/** A row that leads elsewhere by now stays as it is. @throws CairnError `conflict` when the new pack was removed meanwhile. */
function* move(id: number, moves: readonly MovedRow[]): Step<void> {
  const pack = yield* one('SELECT id FROM packs WHERE id = ? FOR SHARE', [id]);
  if (pack === undefined) throw goneMeanwhile();
  for (const { key, from, start } of moves) {
    yield* run('UPDATE objects SET pack_id = ?, start = ? WHERE digest = ? AND pack_id = ?', [
      id,
      start,
      key,
      from,
    ]);
  }
}

/** The records of a pack that a row leads to which is not condemned. */
export async function liveRecords(
  database: Database,
  packId: number,
  records: readonly PackRecord[],
  options: CallOptions,
): Promise<PackRecord[]> {
  const live: PackRecord[] = [];
  for (let at = 0; at < records.length; at += batchCount) {
    const batch = records.slice(at, at + batchCount);
    const keys = database.form.objects.toStored(batch.map(({ digest }) => digest));
    const rows = await database.read(
      () =>
        all(
          `SELECT start FROM objects WHERE digest IN ${tuples(1, batch.length)} AND pack_id = ?
           AND condemned IS NULL`,
          [...keys, packId],
        ),
      options,
    );
    const starts = new Set(rows.map((row) => Number(row.start)));
    // What has no bytes begins where the next record does.
    live.push(...batch.filter(({ start }) => starts.has(start)));
  }
  return live;
}
