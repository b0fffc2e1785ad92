import type { LineageSource } from '../lineage.js';
import type { LineageNode } from '../seams/catalog.js';
import { type RunRow, type Tables, toRunRecord, toVersionRecord, type VersionRow } from './catalog-rows.js';

/** What {@link walkLineage} needs to know of a memory catalog. */
export function lineageSource(tables: Tables, now: () => Date): LineageSource<never> {
  return {
    neighbours(ids, kind, direction) {
      const next = (id: string): string[] =>
        kind === 'run'
          ? versionsNextTo(tables.runs.get(id), direction)
          : runsNextTo(tables.versions.get(id), direction);
      return answer(new Map(ids.map((id) => [id, next(id)])));
    },
    load(ids, kind) {
      const nodes = ids.flatMap((id): LineageNode[] => {
        const run = tables.runs.get(id);
        const row = tables.versions.get(id);
        if (kind === 'run') return run === undefined ? [] : [{ kind, run: toRunRecord(run, now()) }];
        return row === undefined ? [] : [{ kind, version: toVersionRecord(row), deleted: row.deleted }];
      });
      return answer(nodes);
    },
  };
}

/** What is in memory needs no asking. */
// biome-ignore lint/correctness/useYield: it has nothing to ask
function* answer<T>(value: T): Generator<never, T, unknown> {
  return value;
}

function versionsNextTo(run: RunRow | undefined, direction: 'up' | 'down'): string[] {
  const rows = direction === 'up' ? run?.used : run?.logged;
  return [...(rows ?? [])].map(({ id }) => id);
}

function runsNextTo(row: VersionRow | undefined, direction: 'up' | 'down'): string[] {
  const runs = direction === 'up' ? row?.loggedBy : row?.usedBy;
  return [...(runs ?? [])].map(({ run }) => run.id);
}
