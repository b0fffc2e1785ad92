import type { LineageEdge, LineageGraph, LineageNode, LineageRequest } from '@cairn/core';
import * as v from 'valibot';
import { maxLineageNodes } from '../limits.js';
import { count, shortText } from './basics.js';
import { runRecord } from './runs.js';
import { versionRecord } from './versions.js';

export const lineageRequest: v.GenericSchema<unknown, LineageRequest> = v.object({
  start: v.union([v.strictObject({ versionId: shortText }), v.strictObject({ runId: shortText })]),
  direction: v.picklist(['up', 'down', 'both']),
  depth: v.pipe(count, v.maxValue(maxLineageNodes)),
  maxNodes: v.pipe(count, v.maxValue(maxLineageNodes)),
});

/** A graph as JSON, which has no maps. */
export interface LineageAnswer {
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
  readonly beyond: readonly { readonly id: string; readonly count: number }[];
}

export const lineageAnswer: v.GenericSchema<unknown, LineageAnswer> = v.object({
  nodes: v.array(
    v.union([
      v.object({ kind: v.literal('run'), run: runRecord }),
      v.object({ kind: v.literal('version'), version: versionRecord, deleted: v.boolean() }),
    ]),
  ),
  edges: v.array(v.object({ from: shortText, to: shortText })),
  beyond: v.array(v.object({ id: shortText, count })),
});

export function toLineageAnswer({ nodes, edges, beyond }: LineageGraph): LineageAnswer {
  return { nodes, edges, beyond: [...beyond].map(([id, left]) => ({ id, count: left })) };
}

export function fromLineageAnswer({ nodes, edges, beyond }: LineageAnswer): LineageGraph {
  return { nodes, edges, beyond: new Map(beyond.map(({ id, count: left }) => [id, left])) };
}
