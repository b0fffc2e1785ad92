import { CairnError, type FileStamp } from '@cairn/core';
import { tuples } from '../sql/fragment.js';
import { all, now, one, type Row, run, type Step, storedForm } from '../sql/step.js';
import { type DigestForm, toStoredDigest } from '../sql/stored-form.js';
import { batches } from './batches.js';
import type { FinishedPack } from './open-pack.js';
import { type PackRecord, type RecordKind, readTable, recipeKind, recordCount } from './pack-format.js';

/** Where the bytes of a digest are. */
export interface Location {
  readonly kind: RecordKind;
  readonly packId: number;
  /** Where the record begins in the pack. */
  readonly start: number;
  /** Of the record, in bytes. */
  readonly length: number;
  /** Of the blob, in bytes. */
  readonly size: number;
}

export interface PackRow {
  readonly name: string;
  /** Of its file, in bytes. */
  readonly size: number;
  /** What its file looked like when it was finished; `undefined` while it is suspect. */
  readonly stamp: FileStamp | undefined;
}

const packColumns = 'name, size, mtime_ms, ctime_ms, ino';

/** How many rows a statement adds. */
const rowsAtOnce = 100;

/** A digest as the key of a map: one character a byte. */
export function keyOf(digest: Uint8Array): string {
  return Buffer.from(digest.buffer, digest.byteOffset, digest.length).toString('latin1');
}

/** Where digests are, by their keys; what isn't there, or is condemned, is left out. */
export function* findObjects(digests: readonly Uint8Array[]): Step<Map<string, Location>> {
  const found = new Map<string, Location>();
  const { objects } = yield* storedForm();
  for (const batch of batches(digests)) {
    const rows = yield* all(
      `SELECT digest, kind, pack_id, start, length, size FROM objects
       WHERE digest IN ${tuples(1, batch.length)} AND condemned IS NULL`,
      objects.toStored(batch),
    );
    const there = objects.fromStored(rows.map(({ digest }) => digest as Uint8Array));
    for (const [i, row] of rows.entries()) found.set(keyOf(there[i] as Uint8Array), toLocation(row));
  }
  return found;
}

export function* findPack(id: number): Step<PackRow | undefined> {
  const row = yield* one(`SELECT ${packColumns} FROM packs WHERE id = ?`, [id]);
  return row === undefined ? undefined : toPack(row);
}

export function* listPacks(): Step<PackRow[]> {
  return (yield* all(`SELECT ${packColumns} FROM packs`)).map(toPack);
}

/** Makes a pack suspect: what is in it is read and hashed before anybody relies on it. */
export function* suspectPack(id: number): Step<void> {
  yield* run('UPDATE packs SET mtime_ms = NULL WHERE id = ?', [id]);
}

/** Says what the file of a pack looks like that was found intact. */
export function* trustPack(id: number, { mtimeMs, ctimeMs, ino }: FileStamp): Step<void> {
  yield* run('UPDATE packs SET mtime_ms = ?, ctime_ms = ?, ino = ? WHERE id = ?', [
    mtimeMs,
    ctimeMs,
    ino,
    id,
  ]);
}

/** How often garbage collection condemned something. */
export function* readEpoch(): Step<number> {
  const row = yield* one("SELECT value FROM engine_state WHERE name = 'epoch'");
  return Number(row?.value ?? 0);
}

/**
 * The epoch, which stays until the end of the transaction. A transaction that makes a version, or the row of a recipe, has it
 * before it takes a number: so whoever has {@link lockEpoch} sees all numbers that were taken.
 */
export function* holdEpoch(): Step<number> {
  const row = yield* one("SELECT value FROM engine_state WHERE name = 'epoch' FOR SHARE");
  return Number(row?.value ?? 0);
}

/** Waits for all that hold the epoch, and keeps others from holding it. */
export function* lockEpoch(): Step<void> {
  yield* one("SELECT value FROM engine_state WHERE name = 'epoch' FOR UPDATE");
}

/**
 * Makes the rows of a pack and of its records. Records that are elsewhere already keep their rows.
 *
 * @param sizes Of the blobs of its recipes, by their keys.
 * @param options.isSorted Whether rows are made in the order of their keys, so that of many who write at once none waits
 * for another one that waits for it. It needs memory for the whole table.
 * @returns Whether the pack is of any use: whether a row leads to it.
 */
export function* addPack(
  pack: FinishedPack,
  sizes: ReadonlyMap<string, number>,
  { isSorted = false }: { readonly isSorted?: boolean } = {},
): Step<boolean> {
  const { mtimeMs, ctimeMs, ino } = pack.stamp;
  const row = yield* one(
    `INSERT INTO packs (name, size, record_count, created_at, mtime_ms, ctime_ms, ino)
     VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`,
    [pack.name, pack.size, recordCount(pack.end), yield* now(), mtimeMs, ctimeMs, ino],
  );
  const id = Number(row?.id);
  const { objects } = yield* storedForm();
  const records = isSorted ? inOrder(readTable(pack.end), objects) : readTable(pack.end);
  for (const some of slices(records)) {
    const keys = objects.toStored(some.map(({ digest }) => digest));
    yield* run(
      `INSERT INTO objects (digest, kind, pack_id, start, length, size) VALUES ${tuples(some.length, 6)}
       ON CONFLICT (digest) DO UPDATE SET kind = excluded.kind, pack_id = excluded.pack_id,
         start = excluded.start, length = excluded.length, size = excluded.size, condemned = NULL
       WHERE objects.condemned IS NOT NULL`,
      some.flatMap(({ digest, kind, start, length }, i) => [
        keys[i] as Uint8Array,
        kind,
        id,
        start,
        length,
        kind === recipeKind ? (sizes.get(keyOf(digest)) as number) : length,
      ]),
    );
  }
  for (const some of slices(readTable(pack.end))) {
    const digests = some.map(({ digest }) => digest);
    if (yield* isInUse(id, digests)) return true;
  }
  yield* run('DELETE FROM packs WHERE id = ?', [id]);
  return false;
}

/** Records in the order of their rows. */
function inOrder(records: Iterable<PackRecord>, form: DigestForm): PackRecord[] {
  const all = [...records];
  const keys = form.toStored(all.map(({ digest }) => digest));
  return all
    .map((record, i) => ({ record, key: keys[i] as Uint8Array }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
    .map(({ record }) => record);
}

/** Records a few at a time: to hold all of a pack would cost much memory for a moment. */
function* slices(records: Iterable<PackRecord>): Generator<PackRecord[]> {
  let some: PackRecord[] = [];
  for (const record of records) {
    some.push(record);
    if (some.length < rowsAtOnce) continue;
    yield some;
    some = [];
  }
  if (some.length > 0) yield some;
}

/** Whether the row of any of these digests leads to a pack. */
export function* isInUse(packId: number, digests: readonly Uint8Array[]): Step<boolean> {
  const { objects } = yield* storedForm();
  for (const batch of batches(objects.toStored(digests))) {
    const row = yield* one(
      `SELECT 1 AS found FROM objects WHERE digest IN ${tuples(1, batch.length)} AND pack_id = ? LIMIT 1`,
      [...batch, packId],
    );
    if (row !== undefined) return true;
  }
  return false;
}

/** One byte for each digest: 1 when it has a row, condemned or not. */
export function* hasRows(digests: readonly Uint8Array[]): Step<Uint8Array> {
  const { objects } = yield* storedForm();
  const there = new Set<string>();
  const keys = objects.toStored(digests);
  for (const batch of batches(keys)) {
    const rows = yield* all(`SELECT digest FROM objects WHERE digest IN ${tuples(1, batch.length)}`, batch);
    for (const { digest } of rows) there.add(keyOf(digest as Uint8Array));
  }
  return Uint8Array.from(keys, (key) => (there.has(keyOf(key)) ? 1 : 0));
}

/** Forgets records that were found to be damaged, unless they are elsewhere by now. */
export function* forgetRecords(
  damaged: readonly { readonly digest: Uint8Array; readonly packId: number }[],
): Step<void> {
  const { objects } = yield* storedForm();
  for (const { digest, packId } of damaged) {
    const key = toStoredDigest(objects, digest);
    yield* run('DELETE FROM objects WHERE digest = ? AND pack_id = ?', [key, packId]);
  }
}

/**
 * Makes sure that chunks stay which a recipe is about to rely on.
 *
 * @throws CairnError `conflict` when one is gone. It is worth trying again.
 */
export function* rescue(chunks: readonly Uint8Array[]): Step<void> {
  const { objects } = yield* storedForm();
  for (const batch of batches(objects.toStored(chunks))) {
    const list = tuples(1, batch.length);
    yield* run(
      `UPDATE objects SET condemned = NULL WHERE condemned IS NOT NULL AND digest IN ${list}`,
      batch,
    );
    const row = yield* one(`SELECT count(*) AS there FROM objects WHERE digest IN ${list}`, batch);
    if (Number(row?.there) !== new Set(batch.map(keyOf)).size) throw goneMeanwhile();
  }
}

export function goneMeanwhile(): CairnError {
  return new CairnError('conflict', 'garbage collection removed what was about to be used again', {
    hint: 'Repeat the call.',
    isRetryable: true,
  });
}

function toLocation(row: Row): Location {
  return {
    kind: Number(row.kind) as RecordKind,
    packId: Number(row.pack_id),
    start: Number(row.start),
    length: Number(row.length),
    size: Number(row.size),
  };
}

function toPack(row: Row): PackRow {
  const [name, size] = [String(row.name), Number(row.size)];
  if (row.mtime_ms === null) return { name, size, stamp: undefined };
  const [mtimeMs, ctimeMs] = [Number(row.mtime_ms), Number(row.ctime_ms)];
  return { name, size, stamp: { size, mtimeMs, ctimeMs, ino: Number(row.ino) } };
}
