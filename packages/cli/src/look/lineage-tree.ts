import type { LineageGraph, LineageNode } from '@cairn/sdk';
import type { Colors } from '../output/colors.js';
import { addressOfRecord, idOf } from './lineage-formats.js';
import { runText } from './run-text.js';

/**
 * The graph as a tree, its start on top: what it comes from, then what was made of it. What is reached by several ways is
 * drawn in full where it is met first.
 */
export function lineageLines(
  graph: LineageGraph,
  direction: 'up' | 'down' | 'both',
  colors: Colors,
): string[] {
  const [start] = graph.nodes;
  if (start === undefined) return [];
  const nodes = new Map(graph.nodes.map((node) => [idOf(node), node]));
  const ups = neighbours(graph, 'up');
  const downs = neighbours(graph, 'down');
  const lines = [nodeText(start, colors)];
  const draw = (next: ReadonlyMap<string, readonly string[]>) => {
    lines.push(...branches(idOf(start), { nodes, next, beyond: graph.beyond, drawn: new Set(), colors }, ''));
  };
  if (direction !== 'down') draw(ups);
  if (direction === 'down') draw(downs);
  if (direction === 'both' && downs.has(idOf(start))) {
    lines.push('', colors.dim('what was made of it'));
    draw(downs);
  }
  return lines;
}

function neighbours({ edges }: LineageGraph, way: 'up' | 'down'): Map<string, string[]> {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) {
    const [at, beside] = way === 'up' ? [to, from] : [from, to];
    next.set(at, [...(next.get(at) ?? []), beside]);
  }
  return next;
}

interface Drawing {
  readonly nodes: ReadonlyMap<string, LineageNode>;
  readonly next: ReadonlyMap<string, readonly string[]>;
  readonly beyond: LineageGraph['beyond'];
  readonly drawn: Set<string>;
  readonly colors: Colors;
}

function branches(id: string, drawing: Drawing, lead: string): string[] {
  const { nodes, next, beyond, drawn, colors } = drawing;
  drawn.add(id);
  const beside = (next.get(id) ?? []).filter((each) => nodes.has(each));
  const left = beside.length === 0 ? beyond.get(id) : undefined;
  const lines: string[] = left === undefined ? [] : [`${lead}└─ ${colors.dim(`… ${left} more`)}`];
  for (const [at, each] of beside.entries()) {
    const isLast = at === beside.length - 1;
    const node = nodes.get(each) as LineageNode;
    const isKnown = drawn.has(each) && (next.get(each)?.length ?? 0) > 0;
    lines.push(
      `${lead}${isLast ? '└─ ' : '├─ '}${nodeText(node, colors)}${isKnown ? colors.dim('  (above)') : ''}`,
    );
    if (!isKnown) lines.push(...branches(each, drawing, `${lead}${isLast ? '   ' : '│  '}`));
  }
  return lines;
}

function nodeText(node: LineageNode, { bold, cyan, dim, red }: Colors): string {
  if (node.kind === 'version') {
    const deleted = node.deleted ? red('  deleted') : '';
    return `${bold(addressOfRecord(node.version))}  ${dim(node.version.type)}${deleted}`;
  }
  return cyan(runText(node.run));
}
