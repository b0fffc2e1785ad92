import { CairnError, type CallOptions } from '@cairn/core';
import { translateFsError } from '@cairn/file';
import { type FinishedPack, OpenPack, packPath } from '../packs/open-pack.js';
import type { PackRecord } from '../packs/pack-format.js';
import { goneMeanwhile, isInUse } from '../packs/pack-index.js';
import { tuples } from '../sql/fragment.js';
import { all, one, run, type Step } from '../sql/step.js';
import type { MaintenanceContext } from './context.js';
import { type Dropped, dropPack } from './drop-packs.js';
import { readPackEnd } from './pack-end.js';
import type { PackRow } from './pack-rows.js';
import { isIntact, scanRecords } from './pack-scan.js';
import { unlinkIfThere } from './sweep.js';

/** How many rows are moved in one transaction. */
const movesAtOnce = 10_000;
const batchCount = 250;

export type Source = Pick<PackRow, 'id' | 'name' | 'createdAt'>;

export interface RewriteOptions extends CallOptions {
  /** Called when a pack was dealt with. */
  readonly onSource: (source: Source, dropped: Dropped) => void;
  /** Called when a new pack was written, with its size in bytes. */
  readonly onWritten: (bytes: number) => void;
  /** Where the records of a pack are whose table is damaged. Default: such a pack is left alone. */
  readonly recordsOf?: ((source: Source) => Promise<readonly PackRecord[]>) | undefined;
}

interface Move {
  readonly digest: Uint8Array;
  readonly from: number;
  readonly start: number;
}

/**
 * Copies what is live in packs to new ones, verified on the way, and removes the old ones. What is damaged stays where it
 * is, and its pack too.
 */
export async function rewritePacks(
  context: MaintenanceContext,
  sources: readonly Source[],
  { onSource, onWritten, recordsOf, ...options }: RewriteOptions,
): Promise<void> {
  const { fs, hasher, packs, temp, reader } = context;
  let out: OpenPack | undefined;
  let [size, createdAt] = [0, 0];
  let moves: Move[] = [];
  let copied: Source[] = [];

  try {
    for (const source of sources) {
      options.signal?.throwIfAborted();
      const end = readPackEnd(context, source.name);
      // Somebody else was faster.
      if (end.state === 'missing') continue;
      if (end.state === 'damaged' && recordsOf === undefined) continue;
      const records = end.state === 'intact' ? end.records : ((await recordsOf?.(source)) ?? []);
      createdAt = Math.max(createdAt, source.createdAt);
      await copy(source, await liveRecords(context, source.id, records, options));
      copied.push(source);
    }
    await flush();
  } catch (error) {
    out?.abandon();
    throw translateFsError(error, 'write to', packs);
  }

  async function copy(source: Source, records: readonly PackRecord[]): Promise<void> {
    for await (const window of scanRecords(fs, packPath(packs, source.name), records, options)) {
      for (const record of window.records) {
        const bytes = window.bytesOf(record);
        if (!isIntact(record, bytes, hasher)) {
          await reader.suspect(source.id);
          continue;
        }
        out ??= new OpenPack({ fs: fs.sync, packs, temp });
        out.write(bytes);
        out.list(record.digest, record.kind, record.length);
        moves.push({ digest: record.digest, from: source.id, start: size });
        size += record.length;
      }
      if (out?.isFull) await flush();
    }
  }

  async function flush(): Promise<void> {
    if (out !== undefined) {
      const finished = out;
      out = undefined;
      try {
        const pack = finished.finish(hasher);
        if (await moveRows(context, pack, createdAt, moves, options)) onWritten(pack.size);
      } catch (error) {
        finished.abandon();
        // Somebody took the new pack for left over: what it was made of is still there.
        if (!CairnError.is(error, 'conflict')) throw error;
      }
    }
    for (const source of copied) onSource(source, await dropPack(context, source, options));
    [moves, copied, size, createdAt] = [[], [], 0, 0];
  }
}

/** Makes the row of a new pack, and has the rows of its records lead to it. Returns whether any does. */
async function moveRows(
  { fs, database, packs }: MaintenanceContext,
  pack: FinishedPack,
  createdAt: number,
  moves: readonly Move[],
  options: CallOptions,
): Promise<boolean> {
  const path = packPath(packs, pack.name);
  const { mtimeMs, ctimeMs, ino } = pack.stamp;
  const id = await database.write(function* () {
    if (fs.sync.lstatSync(path, { throwIfNoEntry: false }) === undefined) throw goneMeanwhile();
    const row = yield* one(
      `INSERT INTO packs (name, size, record_count, created_at, mtime_ms, ctime_ms, ino)
       VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`,
      [pack.name, pack.size, moves.length, createdAt, mtimeMs, ctimeMs, ino],
    );
    return Number(row?.id);
  }, options);
  // Rows lie in the order of their digests: so each transaction writes to few pages.
  const sorted = moves.toSorted((a, b) => Buffer.compare(a.digest, b.digest));
  for (let at = 0; at < sorted.length; at += movesAtOnce) {
    await database.write(() => move(id, sorted.slice(at, at + movesAtOnce)), options);
  }
  const digests = moves.map(({ digest }) => digest);
  const isUseful = await database.write(function* () {
    if (yield* isInUse(id, digests)) return true;
    yield* run('DELETE FROM packs WHERE id = ?', [id]);
    return false;
  }, options);
  if (!isUseful) unlinkIfThere({ fs }, path);
  return isUseful;
}

/** A row that leads elsewhere by now stays as it is. */
function* move(id: number, moves: readonly Move[]): Step<void> {
  for (const { digest, from, start } of moves) {
    yield* run('UPDATE objects SET pack_id = ?, start = ? WHERE digest = ? AND pack_id = ?', [
      id,
      start,
      digest,
      from,
    ]);
  }
}

/** The records of a pack that a row leads to which is not condemned. */
async function liveRecords(
  { database }: MaintenanceContext,
  packId: number,
  records: readonly PackRecord[],
  options: CallOptions,
): Promise<PackRecord[]> {
  const live: PackRecord[] = [];
  for (let at = 0; at < records.length; at += batchCount) {
    const batch = records.slice(at, at + batchCount);
    const rows = await database.read(
      () =>
        all(
          `SELECT start FROM objects WHERE digest IN ${tuples(1, batch.length)} AND pack_id = ?
           AND condemned IS NULL`,
          [...batch.map(({ digest }) => digest), packId],
        ),
      options,
    );
    const starts = new Set(rows.map((row) => Number(row.start)));
    // What has no bytes begins where the next record does.
    live.push(...batch.filter(({ start }) => starts.has(start)));
  }
  return live;
}
