import { CairnError, type CallOptions } from '@cairn/core';
import type { Database } from '../sql/database.js';
import { all } from '../sql/step.js';
import type { Marks } from './marks.js';
import { packsWithoutRow } from './pack-rows.js';

/** How many rows are read in one go. Nothing else of the process runs meanwhile. */
const pageCount = 4000;

/**
 * Whether all that versions need has a row, and all rows lead to packs that are known. If not, rows were lost: then what seems to be
 * needed by nothing, or known to nobody, may be what they led to.
 */
export async function isIndexWhole(database: Database, marks: Marks, options: CallOptions): Promise<boolean> {
  let marked = 0;
  const checked = new Set<number>();
  for (let after: Uint8Array = new Uint8Array(); ; ) {
    const rows = await database.read(
      () =>
        all(`SELECT digest, pack_id FROM objects WHERE digest > ? ORDER BY digest LIMIT ${pageCount}`, [
          after,
        ]),
      options,
    );
    const keys = rows.map(({ digest }) => digest as Uint8Array);
    for (const digest of database.form.objects.fromStored(keys)) if (marks.has(digest)) marked++;
    const packs = new Set(rows.map((row) => Number(row.pack_id)).filter((id) => !checked.has(id)));
    for (const id of packs) checked.add(id);
    if (packs.size > 0 && (await isAnyLost(database, packs, options))) return false;
    if (rows.length < pageCount) return marked >= marks.size;
    after = keys.at(-1) as Uint8Array;
  }
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
