import type { LineageEdge, LineageGraph, LineageNode, LineageRequest } from './seams/catalog.js';

type Direction = 'up' | 'down';
type Kind = LineageNode['kind'];

/**
 * What a walk asks of a catalog: a few look-ups per step away from the start, never one per node. They are generators, so
 * that a catalog can run the whole walk in one transaction: what they yield, a statement for example, the walk yields on.
 */
export interface LineageSource<Ask> {
  /** The ids next to each of these nodes: what they come from (`up`), or what was made of them (`down`). */
  neighbours(
    ids: readonly string[],
    kind: Kind,
    direction: Direction,
  ): Generator<Ask, ReadonlyMap<string, readonly string[]>, unknown>;
  /** The nodes with these ids, in any order. */
  load(ids: readonly string[], kind: Kind): Generator<Ask, readonly LineageNode[], unknown>;
}

/** Builds the graph around a start that is known to exist; see {@link LineageRequest} for what belongs to it. */
export function* walkLineage<Ask>(
  request: LineageRequest,
  source: LineageSource<Ask>,
): Generator<Ask, LineageGraph, unknown> {
  const { nodes, steps } = yield* walk(request, source);
  const edges = new Map<string, LineageEdge>();
  const leftOut = new Map<string, Set<string>>();
  for (const { id, neighbour, direction } of steps) {
    const edge = direction === 'up' ? { from: neighbour, to: id } : { from: id, to: neighbour };
    if (nodes.has(neighbour)) edges.set(`${edge.from} ${edge.to}`, edge);
    else leftOut.set(id, (leftOut.get(id) ?? new Set()).add(neighbour));
  }
  return {
    nodes: yield* load(nodes, source),
    edges: [...edges.values()],
    beyond: new Map([...leftOut].map(([id, { size }]) => [id, size])),
  };
}

interface Step {
  readonly id: string;
  readonly neighbour: string;
  readonly direction: Direction;
}

/** Breadth first. Runs and versions take turns, so all nodes at one distance are of one kind. */
function* walk<Ask>(
  { start, direction, depth, maxNodes }: LineageRequest,
  source: LineageSource<Ask>,
): Generator<Ask, { nodes: Map<string, Kind>; steps: Step[] }, unknown> {
  const first = 'runId' in start ? start.runId : start.versionId;
  const firstKind: Kind = 'runId' in start ? 'run' : 'version';
  const otherKind: Kind = 'runId' in start ? 'version' : 'run';
  const nodes = new Map<string, Kind>([[first, firstKind]]);
  const steps: Step[] = [];
  const directions: Direction[] = direction === 'both' ? ['up', 'down'] : [direction];
  let rims = directions.map((way) => ({ way, seen: new Set([first]), ids: [first] }));
  for (let distance = 0; rims.length > 0; distance++) {
    const kind = distance % 2 === 0 ? firstKind : otherKind;
    const nextKind = distance % 2 === 0 ? otherKind : firstKind;
    for (const rim of rims) {
      const found = yield* source.neighbours(rim.ids, kind, rim.way);
      rim.ids = [];
      for (const [id, neighbours] of found) {
        for (const neighbour of neighbours) {
          steps.push({ id, neighbour, direction: rim.way });
          if (distance >= depth || rim.seen.has(neighbour)) continue;
          if (!nodes.has(neighbour) && nodes.size >= maxNodes) continue;
          nodes.set(neighbour, nextKind);
          rim.seen.add(neighbour);
          rim.ids.push(neighbour);
        }
      }
    }
    rims = rims.filter(({ ids }) => ids.length > 0);
  }
  return { nodes, steps };
}

function* load<Ask>(
  nodes: ReadonlyMap<string, Kind>,
  source: LineageSource<Ask>,
): Generator<Ask, LineageNode[], unknown> {
  const idsOf = (kind: Kind) => [...nodes.keys()].filter((id) => nodes.get(id) === kind);
  const loaded = [
    ...(yield* source.load(idsOf('run'), 'run')),
    ...(yield* source.load(idsOf('version'), 'version')),
  ];
  const byId = new Map(loaded.map((node) => [node.kind === 'run' ? node.run.id : node.version.id, node]));
  return [...nodes.keys()].flatMap((id) => byId.get(id) ?? []);
}
