import type { CallOptions, ContentDigest, Hasher } from '@cairn/core';
import type { DigestSet } from '../packs/digest-set.js';
import { packPath } from '../packs/open-pack.js';
import { keyOf } from '../packs/pack-index.js';
import { one } from '../sql/step.js';
import type { MaintenanceContext } from './context.js';
import { objectsByDigest, objectsOfPack } from './object-rows.js';
import { readPackEnd } from './pack-end.js';
import { allPacks, type PackRow } from './pack-rows.js';
import { isIntact, scanRecords } from './pack-scan.js';
import type { Problems } from './problems.js';

const batchCount = 250;

export interface PackChecks {
  /** What has a row that leads to an intact record. */
  readonly intact: DigestSet;
  readonly problems: Problems;
  /** Called after each window, with what was read. */
  readonly onRead: (records: number, bytes: number) => void;
}

/** Reads every byte of every pack that has a row, and compares the rows of its records with its table. */
export async function checkPacks(
  context: MaintenanceContext,
  checks: PackChecks,
  options: CallOptions,
): Promise<number> {
  const packs = await allPacks(context.database, options);
  for (const pack of packs) {
    options.signal?.throwIfAborted();
    await checkPack(context, pack, checks, options);
  }
  return packs.length;
}

async function checkPack(
  context: MaintenanceContext,
  pack: PackRow,
  checks: PackChecks,
  options: CallOptions,
): Promise<void> {
  const { database, hasher, fs, packs, reader } = context;
  const { problems } = checks;
  const before = reader.look(pack.name);
  const end = readPackEnd(context, pack.name);
  if (end.state !== 'intact') {
    // Garbage collection may have been here.
    const row = await database.read(
      () => one('SELECT 1 AS found FROM packs WHERE id = ?', [pack.id]),
      options,
    );
    if (row === undefined) return;
    await reader.suspect(pack.id);
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
  for await (const window of scanRecords(fs, packPath(packs, pack.name), records, options)) {
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
        const fits = isHere && row.length === record.length && row.kind === record.kind;
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
  if (isSuspect) await reader.suspect(pack.id);
  else if (end.state === 'intact' && before !== undefined) await reader.trust(pack.id, before);
}

export function nameOf(digest: Uint8Array, { algorithm }: Hasher): ContentDigest {
  return `${algorithm}:${Buffer.from(digest).toString('hex')}`;
}
