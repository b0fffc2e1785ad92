import type { ProjectRef } from '@cairn/core';
import {
  type Catalog,
  type LineageGraph,
  type LineageNode,
  type LineageRequest,
  type LineageSource,
  walkLineage,
} from '@cairn/core';
import {
  lineageAnswer,
  lineageRequest,
  maxLineageNodes,
  routes,
  toLineageAnswer,
} from '@cairn/remote/protocol';
import { type AnyRoute, route } from '../route.js';
import { inProject } from '../rule.js';
import { gives, ok } from './answers.js';
import { sight } from './seen.js';

export const lineageRoute: AnyRoute = route({
  ...routes.lineage,
  name: 'lineage',
  summary: 'The graph around a version or a run.',
  rule: inProject('read', 'start'),
  body: lineageRequest,
  answers: [gives(lineageAnswer, 'The part of the graph that the key may see.')],
  async handle({ services: { store }, principal, options }, { body }) {
    const graph = principal.isAdmin
      ? await store.catalog.lineage(body, options)
      : await seenLineage(body, store.catalog, sight(principal));
    return ok(toLineageAnswer(graph));
  },
});

type Look = () => Promise<LineageGraph>;

/**
 * The graph as somebody sees it. Its walk goes around what they don't see, so that neither nodes nor counts tell of it: this
 * costs a look-up for each node, where the catalog has one for each step.
 */
async function seenLineage(
  request: LineageRequest,
  catalog: Catalog,
  sees: (of: ProjectRef) => boolean,
): Promise<LineageGraph> {
  const seen = new Map<string, LineageNode>();
  const source: LineageSource<Look> = {
    *neighbours(ids, kind, direction) {
      const found = new Map<string, string[]>();
      for (const id of ids) {
        const start = kind === 'run' ? { runId: id } : { versionId: id };
        const next = { start, direction, depth: 1, maxNodes: maxLineageNodes };
        const { nodes } = (yield () => catalog.lineage(next)) as LineageGraph;
        for (const node of nodes) if (sees(placeOf(node))) seen.set(idOf(node), node);
        found.set(
          id,
          nodes.map(idOf).filter((other) => other !== id && seen.has(other)),
        );
      }
      return found;
    },
    *load(ids) {
      return ids.map((id) => seen.get(id) as LineageNode);
    },
  };
  const walk = walkLineage(request, source);
  let step = walk.next();
  while (!step.done) step = walk.next(await step.value());
  return step.value;
}

function idOf(node: LineageNode): string {
  return node.kind === 'run' ? node.run.id : node.version.id;
}

function placeOf(node: LineageNode): ProjectRef {
  return node.kind === 'run' ? node.run : node.version;
}
