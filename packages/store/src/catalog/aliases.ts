import { tuples } from '../sql/fragment.js';
import { run, type Step } from '../sql/step.js';
import type { CollectionState } from './collections.js';

/** An alias and the version it shall point to, or none. */
export type AliasMove = readonly [alias: string, versionRow: number | null];

/** Moves aliases of a collection that is locked, each counted by one more revision. Returns the revision they lead to. */
export function* moveAliases(collection: CollectionState, moves: readonly AliasMove[]): Step<number> {
  if (moves.length === 0) return collection.aliasRevision;
  const revision = yield* writeAliases(collection, moves);
  yield* run('UPDATE collections SET alias_revision = ? WHERE id = ?', [revision, collection.id]);
  return revision;
}

/** Like {@link moveAliases}, for who stores the revision with the collection himself. */
export function* writeAliases(
  { id, aliasRevision }: CollectionState,
  moves: readonly AliasMove[],
): Step<number> {
  yield* run(
    `INSERT INTO aliases (collection_id, alias, version_id, revision) VALUES ${tuples(moves.length, 4)}
     ON CONFLICT (collection_id, alias) DO UPDATE SET version_id = excluded.version_id, revision = excluded.revision`,
    moves.flatMap(([alias, versionRow], i) => [id, alias, versionRow, aliasRevision + i + 1]),
  );
  return aliasRevision + moves.length;
}
