import type { RunQuery } from '@cairn/core';
import { type Fragment, join, raw, sql } from '../sql/fragment.js';
import { all, now, type Step } from '../sql/step.js';
import { type Page, selectPage, startAt } from './pages.js';
import { isWithin } from './places.js';
import { runColumns } from './run-rows.js';
import type { SeenRun } from './runs.js';

/** A page of runs, newest first. */
export function* listRuns(
  { entity, project, jobType, within, after }: RunQuery,
  page: Page,
): Step<SeenRun[]> {
  const seen = isWithin('r', within);
  const conditions: Fragment[] = [...seen];
  if (entity !== undefined) conditions.push(sql`r.entity = ${entity}`);
  if (project !== undefined) conditions.push(sql`r.project = ${project}`);
  if (jobType !== undefined) conditions.push(sql`r.job_type = ${jobType}`);
  const at = yield* now();
  const selection = {
    columns: runColumns,
    tables: 'runs r',
    conditions,
    order: [{ value: raw('r.seq'), descending: true }],
  };
  const row = join([sql`r.id = ${after ?? ''}`, ...seen], ' AND ');
  const { text, params } = selectPage(selection, yield* startAt(selection, page, { after, row }));
  return (yield* all(text, params)).map((row) => ({ row, at }));
}
