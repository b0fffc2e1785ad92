import { CairnError, quote } from '@cairn/core';
import { readEpoch } from '../packs/pack-index.js';
import { now, one, run, type Step, storedForm } from '../sql/step.js';
import { type AliasMove, moveAliases } from './aliases.js';
import { lockCollectionOf } from './collections.js';
import { requireVersion } from './find-version.js';
import { fromVersionId, toVersionRecord } from './version-rows.js';

export function* deleteVersion(versionId: string, deleteAliases: boolean): Step<void> {
  const collection = yield* lockCollectionOf(versionId);
  const { entity, project, name, version, aliases } = toVersionRecord(
    yield* requireVersion(versionId),
    yield* storedForm(),
  );
  const others = aliases.filter((alias) => alias !== 'latest');
  if (others.length > 0 && !deleteAliases) {
    throw new CairnError(
      'conflict',
      `v${version} of ${quote(`${entity}/${project}/${name}`)} is still ${others.map(quote).join(', ')}`,
      { hint: 'Move its aliases first, or pass { deleteAliases: true }.' },
    );
  }
  const deletedAt = yield* now();
  const epoch = yield* readEpoch();
  yield* run('UPDATE versions SET deleted_at = ?, deleted_epoch = ? WHERE id = ?', [
    deletedAt,
    epoch,
    fromVersionId(versionId),
  ]);
  const moves: AliasMove[] = others.map((alias) => [alias, null]);
  if (aliases.includes('latest')) moves.push(['latest', yield* highestVersion(collection.id)]);
  yield* moveAliases(collection, moves);
}

function* highestVersion(collectionId: number): Step<number | null> {
  const row = yield* one(
    'SELECT id FROM versions WHERE collection_id = ? AND deleted_at IS NULL ORDER BY version DESC LIMIT 1',
    [collectionId],
  );
  return row === undefined ? null : Number(row.id);
}
