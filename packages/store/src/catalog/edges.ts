import { join, raw, sql } from '../sql/fragment.js';
import { all, now, type Row, run, type Step } from '../sql/step.js';
import { requireVersion } from './find-version.js';
import { type Page, selectPage, startAt } from './pages.js';
import { runColumns } from './run-rows.js';
import { requireOpenRun, type SeenRun } from './runs.js';
import { fromVersionId, versionColumns } from './version-rows.js';

/** How a run and a version are connected: it uses the version (`input`) or logs it (`output`). */
export type EdgeDirection = 'input' | 'output';

const inOrder = [{ value: raw('e.seq') }];

/** Connects a run and a version, once. Both are known to exist. */
export function* recordEdge(runId: string, direction: EdgeDirection, versionRow: number): Step<void> {
  yield* run('INSERT INTO edges (run_id, direction, version_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', [
    runId,
    direction,
    versionRow,
  ]);
}

export function* recordUse(runId: string, versionId: string): Step<void> {
  yield* requireOpenRun(runId);
  yield* requireVersion(versionId);
  yield* recordEdge(runId, 'input', fromVersionId(versionId));
}

export function* versionsOfRun(
  runId: string,
  direction: EdgeDirection,
  page: Page,
  after?: string,
): Step<Row[]> {
  const edges = [sql`e.run_id = ${runId}`, sql`e.direction = ${direction}`];
  const selection = {
    columns: versionColumns,
    tables: 'edges e JOIN versions v ON v.id = e.version_id JOIN collections c ON c.id = v.collection_id',
    conditions: [...edges, sql`v.deleted_at IS NULL`],
    order: inOrder,
  };
  const row = join([...edges, sql`e.version_id = ${fromVersionId(after ?? '')}`], ' AND ');
  const { text, params } = selectPage(selection, yield* startAt(selection, page, { after, row }));
  return yield* all(text, params);
}

export function* runsOfVersion(
  versionId: string,
  direction: EdgeDirection,
  page: Page,
  after?: string,
): Step<SeenRun[]> {
  const at = yield* now();
  const edges = [sql`e.version_id = ${fromVersionId(versionId)}`, sql`e.direction = ${direction}`];
  const selection = {
    columns: runColumns,
    tables: 'edges e JOIN runs r ON r.id = e.run_id',
    conditions: edges,
    order: inOrder,
  };
  const row = join([...edges, sql`e.run_id = ${after ?? ''}`], ' AND ');
  const { text, params } = selectPage(selection, yield* startAt(selection, page, { after, row }));
  return (yield* all(text, params)).map((row) => ({ row, at }));
}
