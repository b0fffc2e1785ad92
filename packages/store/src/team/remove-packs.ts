import type { CallOptions, ObjectStore } from '@cairn/core';
import type { Database } from '../sql/database.js';
import { tuples } from '../sql/fragment.js';
import { all, now, one, run } from '../sql/step.js';
import { packKey } from './bucket-packs.js';
import type { PackObject } from './pack-objects.js';

interface Removal {
  readonly objects: ObjectStore;
  readonly database: Database;
}

/**
 * Removes the objects of packs that have no row. Until an object is gone its pack has one with fewer records than none, so
 * that repair, which makes rows for objects that have none, leaves it alone. A pack that has another row by now stays.
 *
 * @returns Those that were removed.
 */
export async function removePacks(
  { objects, database }: Removal,
  packs: readonly PackObject[],
  options: CallOptions,
): Promise<readonly PackObject[]> {
  if (packs.length === 0) return [];
  const names = packs.map(({ name }) => name).sort();
  const sizes = new Map(packs.map(({ name, size }) => [name, size]));
  const doomed = await database.write(function* () {
    const at = yield* now();
    yield* run(
      `INSERT INTO packs (name, size, record_count, created_at) VALUES ${tuples(names.length, 4)}
       ON CONFLICT (name) DO NOTHING`,
      names.flatMap((name) => [name, sizes.get(name) ?? 0, -1, at]),
    );
    const rows = yield* all(
      `SELECT name FROM packs WHERE record_count < 0 AND name IN ${tuples(1, names.length)}`,
      names,
    );
    return new Set(rows.map(({ name }) => String(name)));
  }, options);
  await objects.delete([...doomed].map(packKey), options);
  await forgetRemoved(database, [...doomed], options);
  return packs.filter(({ name }) => doomed.has(name));
}

/**
 * Has an announced pack be one that is being removed, in one step: so that nobody takes it for one whose row was lost.
 * Returns whether it was announced still.
 */
export async function withdrawPack(database: Database, name: string, options: CallOptions): Promise<boolean> {
  const text = 'UPDATE packs SET record_count = -1 WHERE name = ? AND record_count = 0 RETURNING id';
  return (await database.write(() => one(text, [name]), options)) !== undefined;
}

/** The packs that somebody began to remove. */
export async function beingRemoved(database: Database, options: CallOptions): Promise<string[]> {
  const rows = await database.read(() => all('SELECT name FROM packs WHERE record_count < 0'), options);
  return rows.map(({ name }) => String(name));
}

/** Forgets packs whose objects are gone. */
export async function forgetRemoved(
  database: Database,
  names: readonly string[],
  options: CallOptions,
): Promise<void> {
  if (names.length === 0) return;
  const text = `DELETE FROM packs WHERE record_count < 0 AND name IN ${tuples(1, names.length)}`;
  await database.write(() => run(text, names), options);
}
