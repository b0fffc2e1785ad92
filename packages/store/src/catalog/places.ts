import type { Place } from '@cairn/core';
import { type Fragment, join, raw, sql } from '../sql/fragment.js';

/** What a query asks of the place of a row, whose table is called `table`. No chain of ORs: those nest, and have a limit. */
export function isWithin(table: 'r' | 'c', places: readonly Place[] | undefined): Fragment[] {
  if (places === undefined) return [];
  const [entity, project] = [raw(`${table}.entity`), raw(`${table}.project`)];
  const entities: Fragment[] = [];
  const projects: Fragment[] = [];
  for (const place of places) {
    if (place.project === undefined) entities.push(sql`${place.entity}`);
    else projects.push(sql`(${place.entity}, ${place.project})`);
  }
  const ways: Fragment[] = [];
  if (entities.length > 0) ways.push(sql`${entity} IN (${join(entities, ', ')})`);
  if (projects.length > 0) ways.push(sql`(${entity}, ${project}) IN (VALUES ${join(projects, ', ')})`);
  return [ways.length === 0 ? raw('FALSE') : sql`(${join(ways, ' OR ')})`];
}
