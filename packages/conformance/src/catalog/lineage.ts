import type { Catalog, LineageGraph, LineageRequest, VersionRecord } from '@cairn/core';
import { expect } from 'vitest';
import { expectCairnError } from '../expect-cairn-error.js';
import { freshName } from '../helpers.js';
import { type CatalogCase, freshCollection, logOne, startRun } from './fixture.js';

const idsOf = ({ nodes }: LineageGraph) =>
  nodes.map((node) => (node.kind === 'run' ? node.run.id : node.version.id));
const arrowsOf = ({ edges }: LineageGraph) => edges.map(({ from, to }) => `${from} ${to}`).sort();
const arrows = (...pairs: readonly (readonly [string, string])[]) =>
  pairs.map(([from, to]) => `${from} ${to}`).sort();

function walk(catalog: Catalog, request: Partial<LineageRequest> & Pick<LineageRequest, 'start'>) {
  return catalog.lineage({ direction: 'both', depth: 100, maxNodes: 1000, ...request });
}

/** A run that uses some versions, and the one version it logs. */
async function step(catalog: Catalog, collection: VersionRecord['name'], uses: readonly VersionRecord[]) {
  const at = { ...(uses[0] ?? freshCollection()), name: collection };
  const { id } = await startRun(catalog, at);
  for (const version of uses) await catalog.recordUse(id, version.id);
  return { run: id, version: await logOne(catalog, at, id) };
}

/** raw → train → model → evaluate → report */
async function chain(catalog: Catalog) {
  const raw = await step(catalog, 'raw', []);
  const model = await step(catalog, 'model', [raw.version]);
  const report = await step(catalog, 'report', [model.version]);
  return { raw, model, report };
}

export const lineage: readonly CatalogCase[] = [
  {
    name: 'shows a version alone where nothing is next to it',
    async run({ catalog }) {
      const { version, run } = await step(catalog, 'raw', []);
      const graph = await walk(catalog, { start: { versionId: version.id }, direction: 'down' });
      expect(graph.nodes).toEqual([{ kind: 'version', version, deleted: false }]);
      expect([graph.edges, [...graph.beyond]]).toEqual([[], []]);
      expect(idsOf(await walk(catalog, { start: { runId: run }, direction: 'up' }))).toEqual([run]);
    },
  },
  {
    name: 'walks up to where a version comes from',
    async run({ catalog }) {
      const { raw, model, report } = await chain(catalog);
      const graph = await walk(catalog, { start: { versionId: model.version.id }, direction: 'up' });
      expect(idsOf(graph)).toEqual([model.version.id, model.run, raw.version.id, raw.run]);
      expect(arrowsOf(graph)).toEqual(
        arrows([raw.run, raw.version.id], [raw.version.id, model.run], [model.run, model.version.id]),
      );
      expect(idsOf(graph)).not.toContain(report.run);
    },
  },
  {
    name: 'walks down to what was made of a version',
    async run({ catalog }) {
      const { model, report } = await chain(catalog);
      const graph = await walk(catalog, { start: { versionId: model.version.id }, direction: 'down' });
      expect(idsOf(graph)).toEqual([model.version.id, report.run, report.version.id]);
      expect(arrowsOf(graph)).toEqual(
        arrows([model.version.id, report.run], [report.run, report.version.id]),
      );
    },
  },
  {
    name: 'walks from a run both ways, the nearest first',
    async run({ catalog }) {
      const { raw, model, report } = await chain(catalog);
      const graph = await walk(catalog, { start: { runId: model.run } });
      const ids = idsOf(graph);
      expect(ids[0]).toBe(model.run);
      expect(new Set(ids.slice(1, 3))).toEqual(new Set([raw.version.id, model.version.id]));
      expect(new Set(ids.slice(3, 5))).toEqual(new Set([raw.run, report.run]));
      expect(ids.slice(5)).toEqual([report.version.id]);
      expect(graph.edges.length).toBe(5);
    },
  },
  {
    name: 'leaves siblings out of a walk both ways',
    async run({ catalog }) {
      const { raw, model } = await chain(catalog);
      const sibling = await step(catalog, 'sibling', [raw.version]);
      const graph = await walk(catalog, { start: { versionId: model.version.id } });
      expect(idsOf(graph)).toContain(raw.run);
      expect(idsOf(graph)).not.toContain(sibling.run);
    },
  },
  {
    name: 'shows runs and versions as they are now',
    async run({ catalog }) {
      const { run, version } = await step(catalog, 'raw', []);
      await catalog.finishRun(run, { state: 'failed', error: 'no more bikes' });
      await catalog.updateVersion(version.id, { description: { from: undefined, to: 'after' } });
      const graph = await walk(catalog, { start: { runId: run } });
      expect(graph.nodes).toMatchObject([
        { kind: 'run', run: { state: 'failed', error: 'no more bikes' } },
        { kind: 'version', version: { description: 'after', aliases: ['latest'] }, deleted: false },
      ]);
    },
  },
  {
    name: 'shows a diamond with each node once and every edge',
    async run({ catalog }) {
      const raw = await step(catalog, 'raw', []);
      const left = await step(catalog, 'left', [raw.version]);
      const right = await step(catalog, 'right', [raw.version]);
      const joined = await step(catalog, 'joined', [left.version, right.version]);
      for (const [start, direction] of [
        [raw.version.id, 'down'],
        [joined.version.id, 'up'],
      ] as const) {
        const graph = await walk(catalog, { start: { versionId: start }, direction });
        expect(new Set(idsOf(graph)).size).toBe(graph.nodes.length);
        expect(graph.edges.length).toBe(direction === 'down' ? 7 : 8);
        expect(graph.beyond.size).toBe(0);
      }
    },
  },
  {
    name: 'ends at a circle: a run that used a version and logged it again',
    async run({ catalog }) {
      const { run, version } = await step(catalog, 'raw', []);
      await catalog.recordUse(run, version.id);
      for (const direction of ['up', 'down', 'both'] as const) {
        const graph = await walk(catalog, { start: { versionId: version.id }, direction });
        expect(new Set(idsOf(graph))).toEqual(new Set([version.id, run]));
        expect(graph.nodes.length).toBe(2);
        expect(arrowsOf(graph)).toEqual(arrows([run, version.id], [version.id, run]));
        expect(graph.beyond.size).toBe(0);
      }
    },
  },
  {
    name: 'goes no deeper than asked, and counts what is beyond',
    async run({ catalog }) {
      const { raw, model, report } = await chain(catalog);
      const start = { versionId: raw.version.id };
      const none = await walk(catalog, { start, direction: 'down', depth: 0 });
      expect(idsOf(none)).toEqual([raw.version.id]);
      expect([...none.beyond]).toEqual([[raw.version.id, 1]]);
      const two = await walk(catalog, { start, direction: 'down', depth: 2 });
      expect(idsOf(two)).toEqual([raw.version.id, model.run, model.version.id]);
      expect([...two.beyond]).toEqual([[model.version.id, 1]]);
      const all = await walk(catalog, { start, direction: 'down', depth: 4 });
      expect(idsOf(all)).toContain(report.version.id);
      expect(all.beyond.size).toBe(0);
    },
  },
  {
    name: 'takes no more nodes than asked, the nearer ones, and counts what is beyond',
    async run({ catalog }) {
      const raw = await step(catalog, 'raw', []);
      for (let n = 0; n < 10; n++) await step(catalog, `model-${n}`, [raw.version]);
      const graph = await walk(catalog, {
        start: { versionId: raw.version.id },
        direction: 'down',
        maxNodes: 5,
      });
      expect(graph.nodes.map(({ kind }) => kind)).toEqual(['version', 'run', 'run', 'run', 'run']);
      expect(graph.beyond.get(raw.version.id)).toBe(6);
      expect(graph.edges.length).toBe(4);
      const beyond = [...graph.beyond.values()].reduce((sum, count) => sum + count, 0);
      expect(beyond).toBe(6 + 4);
    },
  },
  {
    name: 'shows a deleted version as deleted, and what is behind it',
    async run({ catalog }) {
      const { raw, model, report } = await chain(catalog);
      await catalog.deleteVersion(model.version.id);
      const graph = await walk(catalog, { start: { versionId: report.version.id }, direction: 'up' });
      expect(idsOf(graph)).toContain(raw.run);
      const deleted = graph.nodes.filter((node) => node.kind === 'version' && node.deleted);
      expect(deleted).toMatchObject([{ version: { id: model.version.id, name: 'model', aliases: [] } }]);
    },
  },
  {
    name: 'walks from no version or run that is not there',
    async run({ catalog }) {
      for (const start of [{ versionId: freshName('version') }, { runId: freshName('run') }]) {
        await expectCairnError(walk(catalog, { start }), 'not_found');
      }
    },
  },
];
