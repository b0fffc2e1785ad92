import type { JsonObject, VersionRecord } from '@cairn/core';
import type { Row } from '../sql/step.js';
import { fromStoredName, type StoredForm } from '../sql/stored-form.js';
import { fromStoredJson } from '../sql/stored-json.js';

/** What every statement that answers with versions selects, as `v`, with their collections, as `c`. */
export const versionColumns = `v.id, c.entity, c.project, c.name, c.type, v.version, v.digest, v.manifest, v.entry_count,
  v.size, v.description, v.metadata, v.ttl, v.created_at, v.deleted_at, v.collection_id, c.alias_revision,
  (SELECT string_agg(a.alias, '/') FROM aliases a WHERE a.version_id = v.id) AS aliases,
  (SELECT string_agg(t.tag, '/') FROM tags t WHERE t.version_id = v.id) AS tags`;

export function toVersionRecord(row: Row, form: StoredForm): VersionRecord {
  const [entity, project] = [String(row.entity), String(row.project)];
  const digests = form.ofProject({ entity, project });
  return {
    entity,
    project,
    name: String(row.name),
    id: toVersionId(Number(row.id)),
    type: String(row.type),
    version: Number(row.version),
    digest: fromStoredName(digests, row.digest),
    manifest: fromStoredName(digests, row.manifest),
    entryCount: Number(row.entry_count),
    size: Number(row.size),
    ...(row.description === null ? {} : { description: fromStoredJson<string>(row.description) }),
    metadata: fromStoredJson<JsonObject>(row.metadata),
    aliases: split(row.aliases),
    tags: split(row.tags),
    ...(row.ttl === null ? {} : { ttl: Number(row.ttl) }),
    createdAt: toTime(row.created_at),
    aliasRevision: Number(row.alias_revision),
  };
}

/** The public id of a version. Its colon keeps it apart from the ids of runs, with which it shares a lineage graph. */
export function toVersionId(id: number): string {
  return `version:${id}`;
}

/** The row that a public id means, or -1 if it can't mean any. */
export function fromVersionId(id: string): number {
  const digits = /^version:([1-9][0-9]{0,14})$/.exec(id)?.[1];
  return digits === undefined ? -1 : Number(digits);
}

export function toTime(value: unknown): string {
  return new Date(Number(value)).toISOString();
}

/** Neither an alias nor a tag has a slash. */
function split(value: unknown): string[] {
  return value === null ? [] : String(value).split('/').sort();
}
