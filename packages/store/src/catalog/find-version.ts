import { CairnError, type CollectionRef, quote, type VersionSelector } from '@cairn/core';
import { one, type Row, type Step, storedForm } from '../sql/step.js';
import { toStoredName } from '../sql/stored-form.js';
import { fromVersionId, versionColumns } from './version-rows.js';

const inCollection = 'c.entity = ? AND c.project = ? AND c.name = ? AND v.deleted_at IS NULL';
const versionsIn = `SELECT ${versionColumns} FROM collections c JOIN versions v ON v.collection_id = c.id
  WHERE ${inCollection}`;
const byNumber = `${versionsIn} AND v.version = ?`;
const byDigest = `${versionsIn} AND v.digest = ?`;
const byAlias = `SELECT ${versionColumns} FROM collections c
  JOIN aliases held ON held.collection_id = c.id JOIN versions v ON v.id = held.version_id
  WHERE ${inCollection} AND held.alias = ?`;
const byId = `SELECT ${versionColumns} FROM versions v JOIN collections c ON c.id = v.collection_id
  WHERE v.id = ? AND v.deleted_at IS NULL`;

export function* findVersion(collection: CollectionRef, selector: VersionSelector): Step<Row | undefined> {
  const { entity, project, name } = collection;
  const ref = [entity, project, name];
  if ('alias' in selector) return yield* one(byAlias, [...ref, selector.alias]);
  if ('digest' in selector) {
    const digests = (yield* storedForm()).ofProject(collection);
    return yield* one(byDigest, [...ref, toStoredName(digests, selector.digest)]);
  }
  // No version has another number, and PostgreSQL would refuse to look for one.
  if (!Number.isSafeInteger(selector.version)) return undefined;
  return yield* one(byNumber, [...ref, selector.version]);
}

/** A version that is not deleted. @throws CairnError `not_found`. */
export function* requireVersion(versionId: string): Step<Row> {
  const row = yield* one(byId, [fromVersionId(versionId)]);
  if (row === undefined) throw noVersion(versionId);
  return row;
}

export function noVersion(versionId: string): CairnError {
  return new CairnError('not_found', `there is no version ${quote(versionId)}`, {
    hint: 'It may have been deleted; look its collection up again.',
  });
}
