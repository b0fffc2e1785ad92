import { CairnError, type CommitRequest, quote } from '@cairn/core';
import { one, type Row, run, type Step } from '../sql/step.js';
import { noVersion } from './find-version.js';
import { fromVersionId } from './version-rows.js';

/** What a change of a collection starts from. */
export interface CollectionState {
  readonly id: number;
  readonly nextVersion: number;
  readonly aliasRevision: number;
}

/** Finds or makes a collection and keeps it from being changed by others until the end of the transaction. */
export function* claimCollection(request: CommitRequest, at: number): Step<CollectionState> {
  const { entity, project, name, type } = request;
  const select = `SELECT id, type, next_version, alias_revision FROM collections
    WHERE entity = ? AND project = ? AND name = ? FOR UPDATE`;
  let row = yield* one(select, [entity, project, name]);
  if (row === undefined) {
    yield* run(
      `INSERT INTO collections (entity, project, name, type, next_version, alias_revision, created_at, updated_at)
       VALUES (?, ?, ?, ?, 0, 0, ?, ?) ON CONFLICT (entity, project, name) DO NOTHING`,
      [entity, project, name, type, at, at],
    );
    row = yield* one(select, [entity, project, name]);
  }
  if (row === undefined) throw new Error('the collection vanished');
  if (row.type !== type) {
    throw new CairnError(
      'type_mismatch',
      `${quote(`${entity}/${project}/${name}`)} holds artifacts of type ${quote(String(row.type))}, not ${quote(type)}`,
      { hint: 'Use that type, or another name.' },
    );
  }
  return toState(row);
}

/** Keeps the collection of a version from being changed by others. @throws CairnError `not_found`. */
export function* lockCollectionOf(versionId: string): Step<CollectionState> {
  const row = yield* one(
    `SELECT id, next_version, alias_revision FROM collections
     WHERE id = (SELECT collection_id FROM versions WHERE id = ?) FOR UPDATE`,
    [fromVersionId(versionId)],
  );
  if (row === undefined) throw noVersion(versionId);
  return toState(row);
}

function toState(row: Row): CollectionState {
  return {
    id: Number(row.id),
    nextVersion: Number(row.next_version),
    aliasRevision: Number(row.alias_revision),
  };
}
