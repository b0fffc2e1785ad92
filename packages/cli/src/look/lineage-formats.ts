import type { VersionRecord } from '@cairn/core';
import type { LineageGraph, LineageNode } from '@cairn/sdk';
import { runJson, runText } from './run-text.js';

export function idOf(node: LineageNode): string {
  return node.kind === 'run' ? node.run.id : node.version.id;
}

export function addressOfRecord({ name, version }: Pick<VersionRecord, 'name' | 'version'>): string {
  return `${name}:v${version}`;
}

/** The graph as `--json` prints it. */
export function graphJson({ nodes, edges, beyond }: LineageGraph): object {
  return { nodes: nodes.map(nodeJson), edges, beyond: Object.fromEntries(beyond) };
}

function nodeJson(node: LineageNode): object {
  if (node.kind === 'run') return { kind: 'run', ...runJson(node.run) };
  const { id, entity, project, name, version, type, digest, aliases, size, createdAt } = node.version;
  return {
    kind: 'version',
    ...{ id, entity, project, name, version: `v${version}`, type, digest, aliases, size },
    created: createdAt,
    deleted: node.deleted,
  };
}

/** For Graphviz. */
export function toDot({ nodes, edges }: LineageGraph): string {
  const lines = nodes.map((node) => {
    const shape = node.kind === 'run' ? 'ellipse' : 'box';
    return `  ${dotText(idOf(node))} [label=${dotText(labelOf(node))}, shape=${shape}];`;
  });
  const arrows = edges.map(({ from, to }) => `  ${dotText(from)} -> ${dotText(to)};`);
  return `digraph lineage {\n  rankdir=LR;\n${[...lines, ...arrows].join('\n')}\n}\n`;
}

function dotText(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** For pages of Markdown. */
export function toMermaid({ nodes, edges }: LineageGraph): string {
  const keys = new Map(nodes.map((node, at) => [idOf(node), `n${at}`]));
  const lines = nodes.map((node) => {
    const text = `"${labelOf(node).replace(/[&"<>#]/g, (c) => `#${c.codePointAt(0)};`)}"`;
    return `  ${keys.get(idOf(node))}${node.kind === 'run' ? `([${text}])` : `[${text}]`}`;
  });
  const arrows = edges.map(({ from, to }) => `  ${keys.get(from)} --> ${keys.get(to)}`);
  return `flowchart LR\n${[...lines, ...arrows].join('\n')}\n`;
}

function labelOf(node: LineageNode): string {
  return node.kind === 'run' ? runText(node.run) : addressOfRecord(node.version);
}
