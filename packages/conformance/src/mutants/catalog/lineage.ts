import {
  CairnError,
  type LineageEdge,
  type LineageGraph,
  type LineageNode,
  type LineageRequest,
} from '@cairn/core';
import { type CatalogMutant, lie } from './lie.js';

/** A catalog that draws another graph. */
function draws(
  name: string,
  instead: (graph: LineageGraph, request: LineageRequest) => Partial<LineageGraph>,
): CatalogMutant {
  return lie(name, ({ lineage }) => ({
    async lineage(request, options) {
      const graph = await lineage(request, options);
      return { ...graph, ...instead(graph, request) };
    },
  }));
}

/** A catalog that walks by another request. */
function walks(name: string, instead: (request: LineageRequest) => LineageRequest): CatalogMutant {
  return lie(name, ({ lineage }) => ({
    lineage: async (request, options) => lineage(instead(request), options),
  }));
}

const idOf = (node: LineageNode) => (node.kind === 'run' ? node.run.id : node.version.id);
const turned = ({ from, to }: LineageEdge): LineageEdge => ({ from: to, to: from });

export const lineageMutants: readonly CatalogMutant[] = [
  draws('counts nothing beyond a node as something', ({ nodes, beyond }) => ({
    beyond: new Map(nodes.map((node) => [idOf(node), beyond.get(idOf(node)) ?? 0])),
  })),
  draws('turns the edges on the way up', ({ edges }, { direction }) =>
    direction === 'up' ? { edges: edges.map(turned) } : {},
  ),
  draws('turns the edges on the way down', ({ edges }, { direction }) =>
    direction === 'down' ? { edges: edges.map(turned) } : {},
  ),
  draws('lists the farthest nodes first', ({ nodes }) => ({
    nodes: [...nodes.slice(0, 1), ...nodes.slice(1).reverse()],
  })),
  lie('walks both ways from everything it meets', ({ lineage }) => ({
    async lineage(request, options) {
      const graph = await lineage(request, options);
      if (request.direction !== 'both') return graph;
      const nodes = new Map(graph.nodes.map((node) => [idOf(node), node]));
      for (const node of nodes.values()) {
        const start = node.kind === 'run' ? { runId: node.run.id } : { versionId: node.version.id };
        for (const next of (await lineage({ ...request, start })).nodes) {
          if (!nodes.has(idOf(next))) nodes.set(idOf(next), next);
        }
      }
      return { ...graph, nodes: [...nodes.values()] };
    },
  })),
  draws('shows every run as running', ({ nodes }) => ({
    nodes: nodes.map((node) =>
      node.kind === 'run' ? { kind: 'run', run: { ...node.run, state: 'running' } } : node,
    ),
  })),
  draws('draws a tree', ({ edges }) => ({
    edges: edges.filter((edge, index) => edges.findIndex(({ to }) => to === edge.to) === index),
  })),
  draws('draws no edge back to where it came from', ({ edges }) => ({
    edges: edges.filter(
      (edge, index) => !edges.slice(0, index).some(({ from, to }) => from === edge.to && to === edge.from),
    ),
  })),
  walks('goes one step too far', (request) => ({ ...request, depth: request.depth + 1 })),
  walks('takes any number of nodes', (request) => ({ ...request, maxNodes: 1_000_000 })),
  draws('does not count what is beyond', () => ({ beyond: new Map() })),
  draws('leaves deleted versions out', ({ nodes }) => ({
    nodes: nodes.filter((node) => node.kind === 'run' || !node.deleted),
  })),
  lie('draws nothing where nothing is', ({ lineage }) => ({
    async lineage(request, options) {
      try {
        return await lineage(request, options);
      } catch (error) {
        if (!CairnError.is(error, 'not_found')) throw error;
        return { nodes: [], edges: [], beyond: new Map() };
      }
    },
  })),
];
