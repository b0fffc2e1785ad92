import type { CallOptions, ObjectStore } from '@cairn/core';
import type { Swept } from '../maintenance/collected-packs.js';
import { packsByName } from '../maintenance/pack-rows.js';
import { batches } from '../packs/batches.js';
import type { Database } from '../sql/database.js';
import { incomingPrefix, packPrefix } from './bucket-packs.js';
import { forgetPlaces } from './direct-places.js';
import { objectsOfPacks } from './listed-packs.js';
import type { PackObject } from './pack-objects.js';
import { beingRemoved, forgetRemoved, removePacks } from './remove-packs.js';

interface SweepContext {
  readonly objects: ObjectStore;
  readonly database: Database;
}

/** How many names a statement asks for. */
const namesAtOnce = 250;

/** Removes what somebody left in the bucket who died, or who was given a place there and made nothing of it. */
export async function sweepBucket(
  context: SweepContext,
  before: number,
  options: CallOptions,
): Promise<Swept> {
  const { objects, database } = context;
  await forgetPlaces(database, before, options);
  // No repair takes what is there for a pack.
  const incoming = await sweepBelow(context, incomingPrefix, options, async (left) => {
    await objects.delete(
      left.map(({ name }) => incomingPrefix + name),
      options,
    );
    return left;
  });
  const unfinished = await beingRemoved(database, options);
  const packs = await sweepBelow(context, packPrefix, options, (left) => removePacks(context, left, options));
  for (const names of batches(unfinished)) await forgetRemoved(database, names, options);
  return { files: incoming.files + packs.files, bytes: incoming.bytes + packs.bytes };
}

/**
 * Removes objects without a row. A pack has one before it is written, announced or known, until it is gone: what has none after it
 * was seen in the bucket is left over. What somebody began to remove who died is removed too.
 */
async function sweepBelow(
  { objects, database }: SweepContext,
  prefix: string,
  options: CallOptions,
  remove: (left: readonly PackObject[]) => Promise<readonly PackObject[]>,
): Promise<Swept> {
  const swept = { files: 0, bytes: 0 };
  let seen: PackObject[] = [];
  const sweepSeen = async () => {
    if (seen.length === 0) return;
    const names = seen.map(({ name }) => name);
    const known = await packsByName(database, names, options);
    const left = seen.filter(({ name }) => (known.get(name)?.recordCount ?? -1) < 0);
    for (const { size } of await remove(left)) {
      swept.bytes += size;
      swept.files++;
    }
    seen = [];
  };
  for await (const object of objectsOfPacks({ objects }, { ...options, prefix })) {
    if (seen.push(object) === namesAtOnce) await sweepSeen();
  }
  await sweepSeen();
  return swept;
}
