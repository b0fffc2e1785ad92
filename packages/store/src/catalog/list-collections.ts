import type { CollectionQuery, CollectionRecord } from '@cairn/core';
import { raw, sql } from '../sql/fragment.js';
import { all, type Row, type Step } from '../sql/step.js';
import { collectionFilters } from './list-versions.js';
import { listOf, type Page, selectPage, startAt } from './pages.js';
import { toTime } from './version-rows.js';

const columns = `c.id, c.entity, c.project, c.name, c.type, c.created_at, c.updated_at,
  (SELECT count(*) FROM versions v WHERE v.collection_id = c.id AND v.deleted_at IS NULL) AS version_count`;

type Alias = CollectionRecord['aliases'][number];

/** A page of collections, by name. */
export function* listCollections(
  query: CollectionQuery,
  page: Page,
): Step<(readonly [row: Row, item: CollectionRecord])[]> {
  const selection = {
    columns,
    tables: 'collections c',
    conditions: collectionFilters(query),
    order: [{ value: raw('c.name') }, { value: raw('c.id') }],
  };
  const { after } = query;
  const [entity = '', project = '', name = ''] = after?.split('/') ?? [];
  const row = sql`c.entity = ${entity} AND c.project = ${project} AND c.name = ${name}`;
  const { text, params } = selectPage(selection, yield* startAt(selection, page, { after, row }));
  const rows = yield* all(text, params);
  const aliases = yield* aliasesOf(rows.map(({ id }) => Number(id)));
  return rows.map((row) => [row, toRecord(row, aliases.get(Number(row.id)) ?? [])]);
}

function* aliasesOf(collectionIds: readonly number[]): Step<Map<number, Alias[]>> {
  const aliases = new Map<number, Alias[]>(collectionIds.map((id) => [id, []]));
  if (collectionIds.length === 0) return aliases;
  const { text, params } = sql`SELECT a.collection_id, a.alias, v.version
    FROM aliases a JOIN versions v ON v.id = a.version_id
    WHERE a.collection_id IN ${listOf(collectionIds)} ORDER BY a.alias`;
  for (const row of yield* all(text, params)) {
    aliases.get(Number(row.collection_id))?.push({ alias: String(row.alias), version: Number(row.version) });
  }
  return aliases;
}

function toRecord(row: Row, aliases: readonly Alias[]): CollectionRecord {
  const latest = aliases.find(({ alias }) => alias === 'latest')?.version;
  return {
    entity: String(row.entity),
    project: String(row.project),
    name: String(row.name),
    type: String(row.type),
    versionCount: Number(row.version_count),
    ...(latest === undefined ? {} : { latest }),
    aliases,
    createdAt: toTime(row.created_at),
    updatedAt: toTime(row.updated_at),
  };
}
