import type { VersionQuery } from '@cairn/core';
import type { Dialect } from '../sql/database.js';
import { type Fragment, join, raw, sql } from '../sql/fragment.js';
import { all, type Row, type Step } from '../sql/step.js';
import { toSql } from './conditions.js';
import { type Page, selectPage, startAt } from './pages.js';
import { isWithin } from './places.js';
import { orderOf } from './sorting.js';
import { fromVersionId, versionColumns } from './version-rows.js';

/** Nothing was condemned since they were deleted. */
const restorable = raw(`v.deleted_at IS NOT NULL AND v.deleted_epoch =
  coalesce((SELECT value FROM engine_state WHERE name = 'epoch'), 0)`);

/** A page of versions. */
export function* listVersions(query: VersionQuery, dialect: Dialect, page: Page): Step<Row[]> {
  const { where = [], deleted = false, sort, after } = query;
  const selection = {
    columns: versionColumns,
    tables: 'versions v JOIN collections c ON c.id = v.collection_id',
    conditions: [
      deleted ? restorable : sql`v.deleted_at IS NULL`,
      ...collectionFilters(query),
      ...where.map((condition) => toSql(condition, dialect)),
    ],
    order: orderOf(sort, dialect),
  };
  const row = join([sql`v.id = ${fromVersionId(after ?? '')}`, ...isWithin('c', query.within)], ' AND ');
  const { text, params } = selectPage(selection, yield* startAt(selection, page, { after, row }));
  return yield* all(text, params);
}

/** What a query asks of the collection `c`. */
export function collectionFilters({
  entity,
  project,
  name,
  type,
  within,
}: Pick<VersionQuery, 'entity' | 'project' | 'name' | 'type' | 'within'>): Fragment[] {
  const filters: Fragment[] = isWithin('c', within);
  if (entity !== undefined) filters.push(sql`c.entity = ${entity}`);
  if (project !== undefined) filters.push(sql`c.project = ${project}`);
  if (name !== undefined) filters.push(sql`c.name = ${name}`);
  if (type !== undefined) filters.push(sql`c.type = ${type}`);
  return filters;
}
