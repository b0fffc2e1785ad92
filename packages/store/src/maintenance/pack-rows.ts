import type { CallOptions } from '@cairn/core';
import { batches } from '../packs/batches.js';
import { bytesOnDisk, footerBytes } from '../packs/pack-format.js';
import type { Database } from '../sql/database.js';
import { tuples } from '../sql/fragment.js';
import { all, type Row } from '../sql/step.js';
import { digestParts } from './object-rows.js';

export interface PackRow {
  readonly id: number;
  readonly name: string;
  /** Of the file, in bytes. */
  readonly size: number;
  readonly recordCount: number;
  readonly createdAt: number;
}

/** A pack, and how much of it is in use. */
export interface PackUse extends PackRow {
  /** Records that a row leads to which is not condemned. */
  readonly live: number;
  /** Bytes of these records, with their share of the table. */
  readonly liveBytes: number;
  /** Bytes that garbage collection can free. */
  readonly deadBytes: number;
}

/** All packs but those that are being removed. */
export async function allPacks(database: Database, options: CallOptions): Promise<PackRow[]> {
  return toPackRows(
    await database.read(
      () => all(`SELECT ${columns} FROM packs WHERE record_count >= 0 ORDER BY id`),
      options,
    ),
  );
}

/** Those of some packs that have rows, also while they are being removed. */
export async function packsByName(
  database: Database,
  names: readonly string[],
  options: CallOptions,
): Promise<Map<string, PackRow>> {
  if (names.length === 0) return new Map();
  const text = `SELECT ${columns} FROM packs WHERE name IN ${tuples(1, names.length)}`;
  const rows = toPackRows(await database.read(() => all(text, names), options));
  return new Map(rows.map((row) => [row.name, row]));
}

/** Which of these numbers no pack has. */
export async function packsWithoutRow(
  database: Database,
  ids: ReadonlySet<number>,
  options: CallOptions,
): Promise<number[]> {
  const missing = new Set(ids);
  for (const some of batches([...ids])) {
    const text = `SELECT id FROM packs WHERE id IN ${tuples(1, some.length)}`;
    const rows = await database.read(() => all(text, some), options);
    for (const { id } of rows) missing.delete(Number(id));
  }
  return [...missing];
}

const columns = 'id, name, size, record_count, created_at';

function toPackRows(rows: readonly Row[]): PackRow[] {
  return rows.map((row) => ({
    id: Number(row.id),
    name: String(row.name),
    size: Number(row.size),
    recordCount: Number(row.record_count),
    createdAt: Number(row.created_at),
  }));
}

/**
 * How much of each pack is in use. The packs are those that were there first.
 *
 * @param packSize How many bytes of a pack a file of so many bytes has.
 */
export async function packUse(
  database: Database,
  packSize: (fileSize: number) => number,
  options: CallOptions,
): Promise<PackUse[]> {
  const packs = await allPacks(database, options);
  const live = new Map<number, { count: number; bytes: number }>();
  for (const part of digestParts()) {
    const rows = await database.read(
      () =>
        all(
          `SELECT pack_id, count(*) AS count, sum(length) AS bytes FROM objects
           WHERE digest >= ? AND digest < ? AND condemned IS NULL GROUP BY pack_id`,
          part,
        ),
      options,
    );
    for (const row of rows) {
      const id = Number(row.pack_id);
      const sum = live.get(id) ?? { count: 0, bytes: 0 };
      const count = Number(row.count);
      live.set(id, {
        count: sum.count + count,
        bytes: sum.bytes + Number(row.bytes) + count * bytesOnDisk(0),
      });
    }
  }
  return packs.map((pack) => {
    const { count, bytes } = live.get(pack.id) ?? { count: 0, bytes: 0 };
    return { ...pack, live: count, liveBytes: bytes, deadBytes: packSize(pack.size) - footerBytes - bytes };
  });
}
