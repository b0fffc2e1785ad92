import { CairnError, canonicalJson, checkPatch, type VersionPatch, type VersionRecord } from '@cairn/core';
import { tuples } from '../sql/fragment.js';
import { all, run, type Step, storedForm } from '../sql/step.js';
import { toStoredJson } from '../sql/stored-json.js';
import { moveAliases } from './aliases.js';
import { type CollectionState, lockCollectionOf } from './collections.js';
import { addTags } from './commit-version.js';
import { requireVersion } from './find-version.js';
import { fromVersionId, toVersionRecord } from './version-rows.js';

type AliasPatch = NonNullable<VersionPatch['aliases']>;

export function* updateVersion(versionId: string, unchecked: VersionPatch): Step<VersionRecord> {
  const patch = checkPatch(unchecked);
  const collection = yield* lockCollectionOf(versionId);
  const form = yield* storedForm();
  const found = toVersionRecord(yield* requireVersion(versionId), form);
  const stale = staleFields(found, patch);
  if (patch.aliases !== undefined && (yield* haveMoved(collection.id, patch.aliases))) stale.push('aliases');
  if (stale.length > 0) {
    throw new CairnError(
      'conflict',
      `someone else changed the ${stale.join(', ')} of this version meanwhile`,
      {
        hint: 'Get the version again, and repeat the change if it still makes sense.',
      },
    );
  }
  yield* updateFields(fromVersionId(versionId), found, patch);
  if (patch.aliases !== undefined) yield* updateAliases(versionId, collection, found, patch.aliases);
  return toVersionRecord(yield* requireVersion(versionId), form);
}

/** The fields that are no longer what the patch saw, aliases apart. */
function staleFields(found: VersionRecord, { description, metadata, tags, ttl }: VersionPatch): string[] {
  const stale: string[] = [];
  if (description !== undefined && description.from !== found.description) stale.push('description');
  if (metadata !== undefined && canonicalJson(metadata.from) !== canonicalJson(found.metadata)) {
    stale.push('metadata');
  }
  if (tags !== undefined && canonicalJson([...new Set(tags.from)].sort()) !== canonicalJson(found.tags)) {
    stale.push('tags');
  }
  if (ttl !== undefined && ttl.from !== found.ttl) stale.push('ttl');
  return stale;
}

function* haveMoved(collectionId: number, { add, remove, revision }: AliasPatch): Step<boolean> {
  const aliases = [...add, ...remove];
  if (aliases.length === 0) return false;
  const moved = yield* all(
    `SELECT alias FROM aliases WHERE collection_id = ? AND revision > ? AND alias IN ${tuples(1, aliases.length)}`,
    [collectionId, revision, ...aliases],
  );
  return moved.length > 0;
}

function* updateFields(versionRow: number, found: VersionRecord, patch: VersionPatch): Step<void> {
  const { description, metadata, tags, ttl } = patch;
  if (description !== undefined || metadata !== undefined || ttl !== undefined) {
    const text = description === undefined ? found.description : description.to;
    yield* run('UPDATE versions SET description = ?, metadata = ?, ttl = ? WHERE id = ?', [
      text === undefined ? null : toStoredJson(text),
      toStoredJson(metadata?.to ?? found.metadata),
      (ttl === undefined ? found.ttl : ttl.to) ?? null,
      versionRow,
    ]);
  }
  if (tags !== undefined) {
    yield* run('DELETE FROM tags WHERE version_id = ?', [versionRow]);
    yield* addTags(versionRow, tags.to);
  }
}

/** Takes away what the version has of the aliases to remove, then gives it those to add. */
function* updateAliases(
  versionId: string,
  collection: CollectionState,
  found: VersionRecord,
  { add, remove }: AliasPatch,
): Step<void> {
  const versionRow = fromVersionId(versionId);
  const moves = new Map<string, number | null>();
  for (const alias of remove) if (found.aliases.includes(alias)) moves.set(alias, null);
  for (const alias of add) {
    if (found.aliases.includes(alias)) moves.delete(alias);
    else moves.set(alias, versionRow);
  }
  yield* moveAliases(collection, [...moves]);
}
