import { CairnError, type Catalog, quote, type RunRecord } from '@cairn/core';

type Direction = 'input' | 'output';

/** A run that may still have something to send. */
export interface OpenRun {
  /** As it was before anything of it was read: if it had ended then, all of it can be read. */
  readonly run: RunRecord;
  /** Whether the other store had it before. */
  readonly wasThere: boolean;
  /** What is recorded there of it: the direction and the id of the version. */
  readonly edges: Set<string>;
  /** What it logged or used there and was deleted since: `entity/project/name` and the digest. */
  readonly deleted: ReadonlySet<string>;
}

export interface SentRuns {
  /** Oldest first. */
  readonly open: ReadonlyMap<string, OpenRun>;
  /** Those that ended in the other store. A run is ended there last, so all of them was sent. */
  readonly ended: ReadonlySet<string>;
  /** How many are new there. */
  readonly started: number;
}

export const edgeKey = (direction: Direction, versionId: string): string => `${direction} ${versionId}`;

/** Makes sure that all runs are in the other store, begun in the order in which they were here. */
export async function sendRuns(
  from: Catalog,
  to: Catalog,
  scope: { readonly entity?: string | undefined; readonly project?: string | undefined },
  signal: AbortSignal | undefined,
): Promise<SentRuns> {
  const there = new Map<string, boolean>();
  for await (const { id, state } of to.listRuns(scope, { signal })) {
    there.set(id, state === 'finished' || state === 'failed');
  }
  const waiting: RunRecord[] = [];
  const ended = new Set<string>();
  for await (const run of from.listRuns(scope, { signal })) {
    if (there.get(run.id) === true) ended.add(run.id);
    else waiting.push(run);
  }
  const open = new Map<string, OpenRun>();
  let started = 0;
  for (const run of waiting.reverse()) {
    const wasThere = there.has(run.id) || !(await start(to, run, signal));
    if (!wasThere) started++;
    open.set(run.id, { run, wasThere, ...(wasThere ? await edgesOf(to, run.id, signal) : none()) });
  }
  return { open, ended, started };
}

/** @returns `false` when it was there: another process sends it too. */
async function start(to: Catalog, run: RunRecord, signal: AbortSignal | undefined): Promise<boolean> {
  const { entity, project, id, name, jobType, config } = run;
  try {
    await to.startRun({ entity, project, id, name, jobType, config }, { signal });
    return true;
  } catch (error) {
    if (!CairnError.is(error, 'conflict')) throw error;
    const found = await to.getRun(id, { signal });
    if (found?.entity === entity && found.project === project) return false;
    throw new CairnError('conflict', `the other store has another run ${quote(id)}`, { cause: error });
  }
}

const none = () => ({ edges: new Set<string>(), deleted: new Set<string>() });

async function edgesOf(to: Catalog, runId: string, signal: AbortSignal | undefined) {
  const edges = new Set<string>();
  for (const direction of ['input', 'output'] as const) {
    for await (const { id } of to.versionsOfRun(runId, direction, { signal }))
      edges.add(edgeKey(direction, id));
  }
  // Only the graph still shows what was deleted.
  const request = { start: { runId }, direction: 'both', depth: 1, maxNodes: 10_000 } as const;
  const deleted = new Set<string>();
  for (const node of (await to.lineage(request, { signal })).nodes) {
    if (node.kind === 'version' && node.deleted) deleted.add(contentKey(node.version));
  }
  return { edges, deleted };
}

export function contentKey(of: {
  readonly entity: string;
  readonly project: string;
  readonly name: string;
  readonly digest: string;
}): string {
  return `${of.entity}/${of.project}/${of.name} ${of.digest}`;
}
