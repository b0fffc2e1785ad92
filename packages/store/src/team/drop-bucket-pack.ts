import type { CallOptions } from '@cairn/core';
import { type Dropped, forgetPack } from '../maintenance/drop-packs.js';
import type { PackRow } from '../maintenance/pack-rows.js';
import { readBucketEnd } from './bucket-packs.js';
import type { CollectedBucketContext } from './collected-bucket.js';
import { removePacks, withdrawPack } from './remove-packs.js';

/** Removes what is condemned in a pack, and the pack itself if nothing is left in it. */
export async function dropPack(
  context: CollectedBucketContext,
  pack: PackRow,
  options: CallOptions,
): Promise<Dropped> {
  const { database } = context;
  if (pack.recordCount === 0) {
    if (await withdrawPack(database, pack.name, options)) await removePacks(context, [pack], options);
    return { objects: { count: 0, bytes: 0 }, bytes: 0 };
  }
  const digests = await digestsOf(context, pack, options);
  const {
    isUsed,
    isRemoved,
    objects: forgotten,
  } = await database.write(() => forgetPack(pack.id, digests), options);
  if (isUsed) return { objects: forgotten, bytes: undefined };
  // Somebody else removed it.
  if (!isRemoved) return { objects: forgotten, bytes: 0 };
  await removePacks(context, [pack], options);
  return { objects: forgotten, bytes: pack.size };
}

async function digestsOf(
  context: CollectedBucketContext,
  pack: PackRow,
  options: CallOptions,
): Promise<Uint8Array[] | undefined> {
  const end = await readBucketEnd(context, pack, options);
  return end.state === 'intact' ? end.records.map(({ digest }) => digest) : undefined;
}
