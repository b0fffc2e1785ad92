import { raw, sql } from '../sql/fragment.js';
import { all, now, type Row, run, type Step } from '../sql/step.js';
import { requireVersion } from './find-version.js';
import { type Page, selectPage } from './pages.js';
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

export function* versionsOfRun(runId: string, direction: EdgeDirection, page: Page): Step<Row[]> {
  const { text, params } = selectPage(
    {
      columns: versionColumns,
      tables: 'edges e JOIN versions v ON v.id = e.version_id JOIN collections c ON c.id = v.collection_id',
      conditions: [sql`e.run_id = ${runId}`, sql`e.direction = ${direction}`, sql`v.deleted_at IS NULL`],
      order: inOrder,
    },
    page,
  );
  return yield* all(text, params);
}

export function* runsOfVersion(versionId: string, direction: EdgeDirection, page: Page): Step<SeenRun[]> {
  const at = yield* now();
  const { text, params } = selectPage(
    {
      columns: runColumns,
      tables: 'edges e JOIN runs r ON r.id = e.run_id',
      conditions: [sql`e.version_id = ${fromVersionId(versionId)}`, sql`e.direction = ${direction}`],
      order: inOrder,
    },
    page,
  );
  return (yield* all(text, params)).map((row) => ({ row, at }));
}
