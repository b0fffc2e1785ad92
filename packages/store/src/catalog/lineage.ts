import {
  CairnError,
  type LineageGraph,
  type LineageNode,
  type LineageRequest,
  type LineageSource,
  quote,
  walkLineage,
} from '@cairn/core';
import { type Fragment, raw, sql } from '../sql/fragment.js';
import { type Ask, all, now, one, type Row, type Step, storedForm } from '../sql/step.js';
import type { StoredForm } from '../sql/stored-form.js';
import { listOf } from './pages.js';
import { type Liveness, runColumns, toRunRecord } from './run-rows.js';
import { fromVersionId, toVersionId, toVersionRecord, versionColumns } from './version-rows.js';

/** How many ids one statement looks for. */
const maxIds = 1024;

type Kind = LineageNode['kind'];

/** Where runs or versions are kept, and how edges name them. */
interface Place {
  readonly selection: string;
  readonly edgeColumn: string;
  toKey(id: string): string | number;
  toId(key: unknown): string;
}

const places: Record<Kind, Place> = {
  run: {
    selection: `SELECT ${runColumns} FROM runs r WHERE r.id IN `,
    edgeColumn: 'run_id',
    toKey: (id) => id,
    toId: String,
  },
  version: {
    selection: `SELECT ${versionColumns} FROM versions v JOIN collections c ON c.id = v.collection_id WHERE v.id IN `,
    edgeColumn: 'version_id',
    toKey: fromVersionId,
    toId: (key) => toVersionId(Number(key)),
  },
};

export function* lineage(request: LineageRequest, liveness: Liveness): Step<LineageGraph> {
  const { start } = request;
  const [kind, id] =
    'runId' in start ? (['run', start.runId] as const) : (['version', start.versionId] as const);
  const { selection, toKey } = places[kind];
  const found = yield* one(`${selection}(?)`, [toKey(id)]);
  if (found === undefined) throw new CairnError('not_found', `there is no ${kind} ${quote(id)}`);
  return yield* walkLineage(request, lineageSource(yield* now(), liveness, yield* storedForm()));
}

function lineageSource(at: number, liveness: Liveness, form: StoredForm): LineageSource<Ask> {
  function toNode(row: Row, kind: Kind): LineageNode {
    if (kind === 'run') return { kind, run: toRunRecord(row, at, liveness) };
    return { kind, version: toVersionRecord(row, form), deleted: row.deleted_at !== null };
  }

  return {
    *neighbours(ids, kind, direction) {
      const own = places[kind];
      const other = places[kind === 'run' ? 'version' : 'run'];
      // Data flows from the inputs of a run to its outputs.
      const edge = (kind === 'run') === (direction === 'up') ? 'input' : 'output';
      const edges = raw(
        `SELECT ${own.edgeColumn} AS own, ${other.edgeColumn} AS other FROM edges WHERE ${own.edgeColumn} IN `,
      );
      const found = new Map<string, string[]>(ids.map((id) => [id, []]));
      for (const part of parts(ids.map(own.toKey))) {
        const rows = yield* select(sql`${edges}${part} AND direction = ${edge} ORDER BY seq`);
        for (const row of rows) found.get(own.toId(row.own))?.push(other.toId(row.other));
      }
      return found;
    },

    *load(ids, kind) {
      const { selection, toKey } = places[kind];
      const nodes: LineageNode[] = [];
      for (const part of parts(ids.map(toKey))) {
        const rows = yield* select(sql`${raw(selection)}${part}`);
        nodes.push(...rows.map((row) => toNode(row, kind)));
      }
      return nodes;
    },
  };
}

function select({ text, params }: Fragment): Step<Row[]> {
  return all(text, params);
}

/** Lists for `IN`, as few as are needed. */
function* parts(keys: readonly (string | number)[]): Generator<Fragment> {
  for (let i = 0; i < keys.length; i += maxIds) yield listOf(keys.slice(i, i + maxIds));
}
