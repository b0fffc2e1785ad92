import type { CollectionQuery, CollectionRecord } from '@cairn/core';
import { join, raw, sql } from '../sql/fragment.js';
import { all, type Row, type Step } from '../sql/step.js';
import { collectionFilters } from './list-versions.js';
import { listOf, type Page, selectPage, startAt } from './pages.js';
import { isWithin } from './places.js';
import { toTime } from './version-rows.js';

const columns = `c.id, c.entity, c.project, c.name, c.type, c.created_at, c.updated_at,
  (SELECT count(*) FROM versions v WHERE v.collection_id = c.id AND v.deleted_at IS NULL) AS version_count`;

interface Alias {
  readonly alias: string;
  readonly version: number;
  /** Of that version, in bytes. */
  readonly size: number;
}

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
  const named = sql`c.entity = ${entity} AND c.project = ${project} AND c.name = ${name}`;
  const row = join([named, ...isWithin('c', query.within)], ' AND ');
  const { text, params } = selectPage(selection, yield* startAt(selection, page, { after, row }));
  const rows = yield* all(text, params);
  const aliases = yield* aliasesOf(rows.map(({ id }) => Number(id)));
  return rows.map((row) => [row, toRecord(row, aliases.get(Number(row.id)) ?? [])]);
}

function* aliasesOf(collectionIds: readonly number[]): Step<Map<number, Alias[]>> {
  const aliases = new Map<number, Alias[]>(collectionIds.map((id) => [id, []]));
  if (collectionIds.length === 0) return aliases;
  const { text, params } = sql`SELECT a.collection_id, a.alias, v.version, v.size
    FROM aliases a JOIN versions v ON v.id = a.version_id
    WHERE a.collection_id IN ${listOf(collectionIds)} ORDER BY a.alias`;
  for (const row of yield* all(text, params)) {
    const { alias, version, size } = row;
    const own = aliases.get(Number(row.collection_id));
    own?.push({ alias: String(alias), version: Number(version), size: Number(size) });
  }
  return aliases;
}

function toRecord(row: Row, aliases: readonly Alias[]): CollectionRecord {
  const latest = aliases.find(({ alias }) => alias === 'latest');
  return {
    entity: String(row.entity),
    project: String(row.project),
    name: String(row.name),
    type: String(row.type),
    versionCount: Number(row.version_count),
    ...(latest === undefined ? {} : { latest: latest.version, latestSize: latest.size }),
    aliases: aliases.map(({ alias, version }) => ({ alias, version })),
    createdAt: toTime(row.created_at),
    updatedAt: toTime(row.updated_at),
  };
}
