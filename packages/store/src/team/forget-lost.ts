import type { CallOptions } from '@cairn/core';
import { digestParts } from '../maintenance/object-rows.js';
import type { Database } from '../sql/database.js';
import { all, run } from '../sql/step.js';

/**
 * Forgets rows that lead to a pack without a row: nobody can read what they lead to, and what is in the bucket is found by the
 * tables of the packs. No pack gets a number that another one had.
 */
export async function forgetLost(database: Database, options: CallOptions): Promise<void> {
  for (const part of digestParts()) {
    const rows = await database.read(
      () =>
        all(
          `SELECT DISTINCT pack_id FROM objects WHERE digest >= ? AND digest < ?
           AND NOT EXISTS (SELECT 1 FROM packs WHERE packs.id = objects.pack_id)`,
          part,
        ),
      options,
    );
    for (const { pack_id } of rows) {
      // By its number alone: a row that somebody moves meanwhile leads to a pack that this statement doesn't see yet.
      const text = 'DELETE FROM objects WHERE digest >= ? AND digest < ? AND pack_id = ?';
      await database.write(() => run(text, [...part, Number(pack_id)]), options);
    }
  }
}
