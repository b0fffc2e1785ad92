import { setTimeout as pause } from 'node:timers/promises';
import type { CallOptions } from '@cairn/core';
import { recipeKind } from '../packs/pack-format.js';
import { goneMeanwhile, lockEpoch } from '../packs/pack-index.js';
import { tuples } from '../sql/fragment.js';
import { all, now, one, run, type Step, storedForm } from '../sql/step.js';
import type { NeedsContext } from './context.js';
import type { Marks } from './marks.js';
import { type ObjectRow, objectPages, recipePages } from './object-rows.js';
import { readRestores } from './version-rows.js';

/** How many objects are condemned in one transaction. */
const sliceCount = 10_000;
/** How many a statement names. */
const batchCount = 250;

export interface CondemnOptions extends CallOptions {
  readonly isOld: (packId: number) => boolean;
  /** Called with the length of each record that is spared for being young. */
  readonly onYoung: (length: number) => void;
}

/**
 * Condemns what is not marked, recipes first: from then on look-ups don't find it, and who relied on it notices at the
 * commit. Before each slice it is made sure, in the same transaction, that nothing came that isn't marked.
 */
export async function condemnGarbage(
  context: Pick<NeedsContext, 'database'>,
  marks: Marks,
  { isOld, onYoung, ...options }: CondemnOptions,
): Promise<void> {
  const { database } = context;
  const isGarbage = ({ digest, packId, isCondemned }: ObjectRow) =>
    !isCondemned && isOld(packId) && !marks.has(digest);
  await condemnPages(context, marks, recipePages(database, options), isGarbage, options);
  // What is left of the recipes stands for all that its segments list, whether a version needs it or not yet.
  await marks.addRecipes();
  const isGarbageData = (row: ObjectRow) => {
    if (!row.isCondemned && !isOld(row.packId) && !marks.has(row.digest)) onYoung(row.length);
    return row.kind !== recipeKind && isGarbage(row);
  };
  await condemnPages(context, marks, objectPages(database, options), isGarbageData, options);
}

async function condemnPages(
  context: Pick<NeedsContext, 'database'>,
  marks: Marks,
  pages: AsyncIterable<readonly ObjectRow[]>,
  isGarbage: (row: ObjectRow) => boolean,
  options: CallOptions,
): Promise<void> {
  const slice: ObjectRow[] = [];
  for await (const page of pages) {
    slice.push(...page.filter(isGarbage));
    while (slice.length >= sliceCount) await condemn(slice.splice(0, sliceCount));
  }
  if (slice.length > 0) await condemn(slice);

  async function condemn(rows: ObjectRow[]): Promise<void> {
    for (let left = rows; left.length > 0; left = left.filter(({ digest }) => !marks.has(digest))) {
      options.signal?.throwIfAborted();
      const start = performance.now();
      const isDone = await context.database.write(() => condemnSlice(left, marks), options);
      // Others want to write too.
      await pause(performance.now() - start);
      if (isDone) return;
      await marks.addVersions();
      if (marks.pack !== undefined) await marks.addRecipes();
    }
  }
}

/** Condemns objects, unless something came that isn't marked. */
function* condemnSlice(rows: readonly ObjectRow[], marks: Marks): Step<boolean> {
  yield* lockEpoch();
  if ((yield* readRepairs()) !== marks.repairs) throw goneMeanwhile();
  if (yield* hasNews(marks)) return false;
  const { objects } = yield* storedForm();
  const at = yield* now();
  let count = 0;
  for (let i = 0; i < rows.length; i += batchCount) {
    const digests = objects.toStored(rows.slice(i, i + batchCount).map(({ digest }) => digest));
    const changed = yield* all(
      `UPDATE objects SET condemned = ? WHERE condemned IS NULL AND digest IN ${tuples(1, digests.length)}
       RETURNING kind`,
      [at, ...digests],
    );
    count += changed.length;
  }
  if (count > 0) {
    yield* run(
      `INSERT INTO engine_state (name, value) VALUES ('epoch', 1)
       ON CONFLICT (name) DO UPDATE SET value = engine_state.value + 1`,
    );
  }
  return true;
}

/** How often rows were made of what is in packs already. */
export function* readRepairs(): Step<number> {
  const row = yield* one("SELECT value FROM engine_state WHERE name = 'repairs'");
  return Number(row?.value ?? 0);
}

/** Whether there are versions, or recipes where those count, that are not marked. */
function* hasNews({ version, restores, pack }: Marks): Step<boolean> {
  if ((yield* readRestores()) !== restores) return true;
  const newer = yield* one('SELECT 1 AS found FROM versions WHERE id > ? LIMIT 1', [version]);
  if (newer !== undefined) return true;
  if (pack === undefined) return false;
  const recipe = yield* one(
    'SELECT 1 AS found FROM objects WHERE kind = 1 AND pack_id > ? AND condemned IS NULL LIMIT 1',
    [pack],
  );
  return recipe !== undefined;
}
