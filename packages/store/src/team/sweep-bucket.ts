import type { CallOptions, ObjectStore } from '@cairn/core';
import type { Swept } from '../maintenance/collected-packs.js';
import type { Database } from '../sql/database.js';
import { tuples } from '../sql/fragment.js';
import { all } from '../sql/step.js';
import { incomingPrefix, packPrefix } from './bucket-packs.js';
import { forgetPlaces } from './direct-places.js';
import { objectsOfPacks } from './listed-packs.js';

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
  await forgetPlaces(context.database, before, options);
  const incoming = await sweepBelow(context, incomingPrefix, options);
  const packs = await sweepBelow(context, packPrefix, options);
  return { files: incoming.files + packs.files, bytes: incoming.bytes + packs.bytes };
}

/**
 * Removes objects without a row. A pack has one before it is written, announced or known, until it is removed: what has none
 * after it was seen in the bucket is left over.
 */
async function sweepBelow(
  { objects, database }: SweepContext,
  prefix: string,
  options: CallOptions,
): Promise<Swept> {
  const swept = { files: 0, bytes: 0 };
  const sizes = new Map<string, number>();
  const sweepSeen = async () => {
    const names = [...sizes.keys()];
    if (names.length === 0) return;
    const step = () => all(`SELECT name FROM packs WHERE name IN ${tuples(1, names.length)}`, names);
    const known = new Set((await database.read(step, options)).map(({ name }) => String(name)));
    const left = names.filter((name) => !known.has(name));
    await objects.delete(
      left.map((name) => prefix + name),
      options,
    );
    for (const name of left) swept.bytes += sizes.get(name) ?? 0;
    swept.files += left.length;
    sizes.clear();
  };
  for await (const { name, size } of objectsOfPacks({ objects }, { ...options, prefix })) {
    sizes.set(name, size);
    if (sizes.size === namesAtOnce) await sweepSeen();
  }
  await sweepSeen();
  return swept;
}
