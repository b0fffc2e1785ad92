import type { CallOptions } from '@cairn/core';
import { packPath } from '../packs/open-pack.js';
import { isInUse } from '../packs/pack-index.js';
import { one, run, type Step } from '../sql/step.js';
import type { MaintenanceContext } from './context.js';
import { readPackEnd } from './pack-end.js';
import type { PackRow } from './pack-rows.js';
import { unlinkIfThere } from './sweep.js';

export interface Dropped {
  /** Condemned objects that are no more. */
  readonly objects: { readonly count: number; readonly bytes: number };
  /** Bytes of the file, or `undefined` if something in the pack is still needed. */
  readonly bytes: number | undefined;
}

/** Removes what is condemned in a pack, and the pack itself if nothing is left in it. Needs no space on the disk for files. */
export async function dropPack(
  context: MaintenanceContext,
  { id, name }: Pick<PackRow, 'id' | 'name'>,
  options: CallOptions,
): Promise<Dropped> {
  const end = readPackEnd(context, name);
  const digests = end.state === 'intact' ? end.records.map(({ digest }) => digest) : undefined;
  const { isUsed, objects } = await context.database.write(() => forgetPack(id, digests), options);
  if (isUsed) return { objects, bytes: undefined };
  // Who has found a record there looks again when the file is gone.
  const isMine = unlinkIfThere(context, packPath(context.packs, name));
  return { objects, bytes: isMine && end.state !== 'missing' ? end.size : 0 };
}

/**
 * Removes the rows of what is condemned in a pack, and that of the pack if nothing is left in it.
 *
 * @param digests Of all its records, if its table can tell.
 * @returns Whether anything is left in it, and whether its row was there to be removed.
 */
export function* forgetPack(
  id: number,
  digests: readonly Uint8Array[] | undefined,
): Step<{ isUsed: boolean; isRemoved: boolean; objects: Dropped['objects'] }> {
  // Whoever has rows lead to it holds it.
  yield* one('SELECT id FROM packs WHERE id = ? FOR UPDATE', [id]);
  const condemned = 'FROM objects WHERE pack_id = ? AND condemned IS NOT NULL';
  const sum = yield* one(`SELECT count(*) AS count, coalesce(sum(length), 0) AS bytes ${condemned}`, [id]);
  yield* run(`DELETE ${condemned}`, [id]);
  const objects = { count: Number(sum?.count), bytes: Number(sum?.bytes) };
  const isUsed = digests === undefined ? yield* isInUseAnywhere(id) : yield* isInUse(id, digests);
  if (isUsed) return { isUsed, isRemoved: false, objects };
  const removed = yield* one('DELETE FROM packs WHERE id = ? RETURNING id', [id]);
  return { isUsed, isRemoved: removed !== undefined, objects };
}

function* isInUseAnywhere(id: number): Step<boolean> {
  return (yield* one('SELECT 1 AS found FROM objects WHERE pack_id = ? LIMIT 1', [id])) !== undefined;
}
