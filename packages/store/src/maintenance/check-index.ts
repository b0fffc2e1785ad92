import { CairnError, type CallOptions } from '@cairn/core';
import type { Database } from '../sql/database.js';
import { all } from '../sql/step.js';
import type { Marks } from './marks.js';
import { objectPages } from './object-rows.js';
import { packsWithoutRow } from './pack-rows.js';

/**
 * Whether all that versions need has a row, and all rows lead to packs that are known. If not, rows were lost: then what seems
 * to be needed by nothing, or known to nobody, may be what they led to.
 */
export async function isIndexWhole(database: Database, marks: Marks, options: CallOptions): Promise<boolean> {
  let marked = 0;
  const checked = new Set<number>();
  for await (const rows of objectPages(database, options)) {
    const packs = new Set<number>();
    for (const { digest, packId } of rows) {
      if (marks.has(digest)) marked++;
      if (!checked.has(packId)) packs.add(packId);
    }
    for (const id of packs) checked.add(id);
    if (packs.size > 0 && (await isAnyLost(database, packs, options))) return false;
  }
  return marked >= marks.size;
}

/** Whether rows lead to a pack that has none. What was in one of these may have moved meanwhile. */
async function isAnyLost(
  database: Database,
  packs: ReadonlySet<number>,
  options: CallOptions,
): Promise<boolean> {
  for (const id of await packsWithoutRow(database, packs, options)) {
    const text = 'SELECT 1 AS found FROM objects WHERE pack_id = ? LIMIT 1';
    const rows = await database.read(() => all(text, [id]), options);
    if (rows.length > 0) return true;
  }
  return false;
}

/** Nothing may be removed by an index that lacks something. */
export function indexIncomplete(): CairnError {
  return new CairnError(
    'integrity_mismatch',
    "can't tell garbage: the index lacks something that versions need",
    {
      hint: "Mend it with verify({ repair: true }). Log again what that can't mend, or delete the versions that need it.",
    },
  );
}
