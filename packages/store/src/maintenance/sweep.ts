import { join } from 'node:path';
import type { CallOptions } from '@cairn/core';
import { translateFsError } from '@cairn/file';
import { systemCode } from '../blobs/attempt.js';
import { one } from '../sql/step.js';
import type { Swept } from './collected-packs.js';
import type { MaintenanceContext } from './context.js';

const packName = /^(.+)\.pack$/;

/**
 * Removes the files of old packs that have no row: those whose rows were removed before somebody died, and those that never
 * got any. Each in a transaction, for the one that makes a pack's rows looks in its transaction whether the file is there.
 */
export async function sweepPacks(
  context: MaintenanceContext,
  before: number,
  options: CallOptions,
): Promise<Swept> {
  const { fs, database, packs } = context;
  const swept = { files: 0, bytes: 0 };
  for (const file of fs.sync.readdirSync(packs)) {
    options.signal?.throwIfAborted();
    const name = packName.exec(file)?.[1];
    const path = join(packs, file);
    const size = name === undefined ? undefined : sizeOfOld(path);
    if (name === undefined || size === undefined) continue;
    const known = await database.read(() => hasRow(name), options);
    if (known) continue;
    const removed = await database.write(function* () {
      return !(yield* hasRow(name)) && unlinkIfThere(context, path);
    }, options);
    if (!removed) continue;
    swept.files++;
    swept.bytes += size;
  }
  return swept;

  function sizeOfOld(path: string): number | undefined {
    const stats = fs.sync.lstatSync(path, { throwIfNoEntry: false });
    return stats?.isFile() && stats.mtimeMs <= before ? stats.size : undefined;
  }
}

function* hasRow(name: string) {
  return (yield* one('SELECT 1 AS found FROM packs WHERE name = ?', [name])) !== undefined;
}

/** Removes what was being written by those who died. Whoever lives and is that slow fails, and can repeat it. */
export function sweepTemp({ fs, temp }: MaintenanceContext, before: number): Swept {
  const swept = { files: 0, bytes: 0 };
  for (const name of fs.sync.readdirSync(temp)) {
    const path = join(temp, name);
    const stats = fs.sync.lstatSync(path, { throwIfNoEntry: false });
    if (!stats?.isFile() || stats.mtimeMs > before) continue;
    if (!unlinkIfThere({ fs }, path)) continue;
    swept.files++;
    swept.bytes += stats.size;
  }
  return swept;
}

/** `false` if it was gone. */
export function unlinkIfThere({ fs }: Pick<MaintenanceContext, 'fs'>, path: string): boolean {
  try {
    fs.sync.unlinkSync(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw translateFsError(error, 'remove', path);
  }
}
