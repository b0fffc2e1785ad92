import { join } from 'node:path';
import type { AnyIterable, CallOptions } from '@cairn/core';
import { toVersionId } from '../catalog/version-rows.js';
import { footerBytes } from '../packs/pack-format.js';
import type { MaintenanceContext, NeedsContext } from './context.js';
import { objectUse } from './object-use.js';
import { allPacks } from './pack-rows.js';

/** What a version takes on the disk, in bytes. */
export interface VersionStats {
  /** As in `VersionRecord.id`. */
  readonly id: string;
  /** `entity/project/name:v3`. */
  readonly version: string;
  /** What only it needs: what deleting it and collecting garbage frees. */
  readonly ownBytes: number;
  /** What it needs and others need too. */
  readonly sharedBytes: number;
}

/** What a store takes on the disk, in bytes. The catalog, the index and what is being written are not counted. */
export interface Stats {
  /** Of all files of packs: the sum of the four that follow. */
  readonly packBytes: number;
  /** What versions need: records, each with its row in the table of its pack. */
  readonly liveBytes: number;
  /** What no version needs. Garbage collection frees it once it is old enough. */
  readonly deadBytes: number;
  /** What packs take beside records, and encryption beside packs. */
  readonly overheadBytes: number;
  /** Files of packs that the index doesn't know: about to be known, or left over. */
  readonly strayBytes: number;
  readonly packCount: number;
  /** How many records versions need. */
  readonly objectCount: number;
  /** All versions that are not deleted, the oldest first. */
  readonly versions: readonly VersionStats[];
}

/**
 * Says what a store takes on the disk, to the byte; and about so much where something writes meanwhile.
 *
 * @throws CairnError `integrity_mismatch` when a manifest or a recipe can't be read; `unavailable`.
 */
export async function storeStats(
  context: NeedsContext,
  packFiles: AnyIterable<PackFile>,
  options: CallOptions = {},
): Promise<Stats> {
  options.signal?.throwIfAborted();
  const { count, bytes, versions } = await objectUse(context, options);
  const rows = await allPacks(context.database, options);
  // What was only announced has none.
  const known = new Set(rows.filter(({ recordCount }) => recordCount > 0).map(({ name }) => name));
  const sum = { packBytes: 0, overheadBytes: 0, strayBytes: 0, packCount: 0 };
  for await (const { name, size, packSize } of packFiles) {
    sum.packBytes += size;
    sum.packCount++;
    if (known.has(name)) sum.overheadBytes += footerBytes + size - packSize;
    else sum.strayBytes += size;
  }
  return {
    ...sum,
    liveBytes: bytes,
    deadBytes: sum.packBytes - sum.overheadBytes - sum.strayBytes - bytes,
    objectCount: count,
    versions: versions.map(({ row, total, own }) => ({
      id: toVersionId(row.id),
      version: row.label,
      ownBytes: own,
      sharedBytes: total - own,
    })),
  };
}

/** A file of a pack, or an object that is one. */
export interface PackFile {
  /** Without what comes before and after it. */
  readonly name: string;
  /** Of the file, in bytes. */
  readonly size: number;
  /** Of the pack in it, in bytes. */
  readonly packSize: number;
}

export function* filesOfPacks({
  fs,
  files,
  packs,
}: Pick<MaintenanceContext, 'fs' | 'files' | 'packs'>): Generator<PackFile> {
  for (const name of fs.sync.readdirSync(packs)) {
    const stats = fs.sync.lstatSync(join(packs, name), { throwIfNoEntry: false });
    if (!stats?.isFile()) continue;
    const { size } = stats;
    yield { name: name.replace(/\.pack$/, ''), size, packSize: files.packSize(size) };
  }
}
