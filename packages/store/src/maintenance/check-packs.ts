import type { CallOptions, ContentDigest, Hasher } from '@cairn/core';
import type { DigestSet } from '../packs/digest-set.js';
import { type PackRecord, recipeKind } from '../packs/pack-format.js';
import { keyOf } from '../packs/pack-index.js';
import type { Database } from '../sql/database.js';
import { one } from '../sql/step.js';
import { objectsByDigest, objectsOfPack } from './object-rows.js';
import type { PackEnd } from './pack-end.js';
import { allPacks, type PackRow } from './pack-rows.js';
import { isIntact, type Window } from './pack-scan.js';
import type { Problems } from './problems.js';

const batchCount = 250;

export interface PackChecks {
  /** What has a row that leads to an intact record. */
  readonly intact: DigestSet;
  readonly problems: Problems;
  /** Called after each window, with what was read. */
  readonly onRead: (records: number, bytes: number) => void;
}

/** A pack that is being looked at, wherever it is. */
export interface PackUnderCheck {
  readonly end: PackEnd;
  /** Reads records, in the order of their places. */
  scan(records: readonly PackRecord[], options: CallOptions): AsyncIterable<Window>;
  /** Says that something in it was found damaged. */
  isSuspect(): Promise<void>;
  /** Says that all of it was found right. */
  isRight(): Promise<void>;
}

export interface CheckContext {
  readonly database: Database;
  readonly hasher: Hasher;
  openPack(pack: PackRow, options: CallOptions): Promise<PackUnderCheck>;
}

/** Reads every byte of every pack that has a row, and compares the rows of its records with its table. */
export async function checkPacks(
  context: CheckContext,
  checks: PackChecks,
  options: CallOptions,
): Promise<number> {
  // What was announced for a bucket has no records yet.
  const packs = (await allPacks(context.database, options)).filter(({ recordCount }) => recordCount > 0);
  for (const pack of packs) {
    options.signal?.throwIfAborted();
    await checkPack(context, pack, checks, options);
  }
  return packs.length;
}

async function checkPack(
  context: CheckContext,
  pack: PackRow,
  checks: PackChecks,
  options: CallOptions,
): Promise<void> {
  const { database, hasher } = context;
  const { problems } = checks;
  const opened = await context.openPack(pack, options);
  const { end } = opened;
  if (end.state !== 'intact') {
    // Garbage collection may have been here.
    const row = await database.read(
      () => one('SELECT 1 AS found FROM packs WHERE id = ?', [pack.id]),
      options,
    );
    if (row === undefined) return;
    await opened.isSuspect();
  }
  if (end.state === 'missing') {
    const rows = await objectsOfPack(database, pack.id, options);
    const message = `the pack ${pack.name} is gone`;
    problems.add(
      { kind: 'missing_pack', message, pack: pack.name },
      rows.map(({ digest }) => digest),
    );
    return;
  }
  if (end.state === 'damaged') {
    const message = `the table of the pack ${pack.name} is damaged`;
    problems.add({ kind: 'damaged_pack', message, pack: pack.name });
  }
  const records = end.state === 'intact' ? end.records : await objectsOfPack(database, pack.id, options);
  let isSuspect = false;
  for await (const window of opened.scan(records, options)) {
    let bytes = 0;
    for (let at = 0; at < window.records.length; at += batchCount) {
      const batch = window.records.slice(at, at + batchCount);
      const rows = await objectsByDigest(
        database,
        batch.map(({ digest }) => digest),
        options,
      );
      for (const record of batch) {
        bytes += record.length;
        const row = rows.get(keyOf(record.digest));
        const isHere = row?.packId === pack.id && row.start === record.start;
        const fits =
          isHere &&
          row.length === record.length &&
          row.kind === record.kind &&
          (row.kind === recipeKind || row.size === row.length);
        const digest = nameOf(record.digest, hasher);
        if (!isIntact(record, window.bytesOf(record), hasher)) {
          isSuspect = true;
          const message = `${digest} is damaged in the pack ${pack.name}`;
          const relied = isHere ? [record.digest] : [];
          problems.add({ kind: 'damaged_record', message, digest, pack: pack.name }, relied);
        } else if (fits && !row.isCondemned) {
          checks.intact.add(record.digest);
        }
      }
    }
    checks.onRead(window.records.length, bytes);
  }
  if (isSuspect) await opened.isSuspect();
  else if (end.state === 'intact') await opened.isRight();
}

export function nameOf(digest: Uint8Array, { algorithm }: Hasher): ContentDigest {
  return `${algorithm}:${Buffer.from(digest).toString('hex')}`;
}
