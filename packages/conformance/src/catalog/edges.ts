import type { RunRecord } from '@cairn/core';
import { expect } from 'vitest';
import { expectCairnError } from '../expect-cairn-error.js';
import { collect, freshName } from '../helpers.js';
import {
  type CatalogCase,
  commit,
  commitOf,
  freshCollection,
  holderOf,
  numbers,
  startRun,
} from './fixture.js';

const idsOf = (runs: readonly RunRecord[]) => runs.map(({ id }) => id);

export const edges: readonly CatalogCase[] = [
  {
    name: 'records what a run logged',
    async run({ catalog }) {
      const collection = freshCollection();
      const { id: runId } = await startRun(catalog, collection);
      const version = await commit(catalog, collection, { edge: { runId, direction: 'output' } });
      expect(await collect(catalog.versionsOfRun(runId, 'output'))).toEqual([version]);
      expect(await collect(catalog.versionsOfRun(runId, 'input'))).toEqual([]);
      expect(idsOf(await collect(catalog.runsOfVersion(version.id, 'output')))).toEqual([runId]);
      expect(await collect(catalog.runsOfVersion(version.id, 'input'))).toEqual([]);
    },
  },
  {
    name: 'records every run that logged the same contents, in order',
    async run({ catalog }) {
      const collection = freshCollection();
      const request = commitOf(collection);
      const runs = [await startRun(catalog, collection), await startRun(catalog, collection)];
      for (const { id: runId } of [...runs].reverse()) {
        await catalog.commitVersion({ ...request, edge: { runId, direction: 'output' } });
      }
      const { version } = await catalog.commitVersion(request);
      const logged = await collect(catalog.runsOfVersion(version.id, 'output'));
      expect(idsOf(logged)).toEqual(idsOf([...runs].reverse()));
    },
  },
  {
    name: 'moves no alias of a version that existed when it is used',
    async run({ catalog }) {
      const collection = freshCollection();
      const first = await commit(catalog, collection);
      await commit(catalog, collection, { aliases: ['best'] });
      const { id: runId } = await startRun(catalog, collection);
      const edge = { runId, direction: 'input' } as const;
      const request = commitOf(collection, { digest: first.digest, aliases: ['best'], edge });
      expect(await catalog.commitVersion(request)).toMatchObject({ created: false, version: { version: 0 } });
      expect(await holderOf(catalog, collection, 'best')).toBe(1);
      expect(await holderOf(catalog, collection, 'latest')).toBe(1);
      expect((await collect(catalog.versionsOfRun(runId, 'input'))).map(({ id }) => id)).toEqual([first.id]);
    },
  },
  {
    name: 'gives new contents that are used their aliases, latest among them',
    async run({ catalog }) {
      const collection = freshCollection();
      await commit(catalog, collection);
      const { id: runId } = await startRun(catalog, collection);
      const edge = { runId, direction: 'input' } as const;
      const version = await commit(catalog, collection, { aliases: ['best'], edge });
      expect(version).toMatchObject({ version: 1, aliases: ['best', 'latest'] });
      expect(idsOf(await collect(catalog.runsOfVersion(version.id, 'input')))).toEqual([runId]);
      expect(await collect(catalog.runsOfVersion(version.id, 'output'))).toEqual([]);
    },
  },
  {
    name: 'commits nothing for a run that has ended',
    async run({ catalog }) {
      const collection = freshCollection();
      const { id: runId } = await startRun(catalog, collection);
      await catalog.finishRun(runId, { state: 'finished' });
      const edge = { runId, direction: 'output' } as const;
      await expectCairnError(commit(catalog, collection, { edge }), 'run_finished');
      expect(await numbers(catalog, collection)).toEqual([]);
    },
  },
  {
    name: 'commits nothing for a run that was not started',
    async run({ catalog }) {
      const collection = freshCollection();
      const edge = { runId: freshName('run'), direction: 'output' } as const;
      await expectCairnError(commit(catalog, collection, { edge }), 'not_found');
      expect(await numbers(catalog, collection)).toEqual([]);
    },
  },
  {
    name: 'records a use once, however often it is told',
    async run({ catalog }) {
      const collection = freshCollection();
      const version = await commit(catalog, collection);
      const { id } = await startRun(catalog, collection);
      for (let i = 0; i < 3; i++) await catalog.recordUse(id, version.id);
      expect(await collect(catalog.versionsOfRun(id, 'input'))).toEqual([version]);
      expect(idsOf(await collect(catalog.runsOfVersion(version.id, 'input')))).toEqual([id]);
    },
  },
  {
    name: 'records no use by a run that has ended or was not started, and none of an unknown version',
    async run({ catalog }) {
      const collection = freshCollection();
      const version = await commit(catalog, collection);
      const { id } = await startRun(catalog, collection);
      await expectCairnError(catalog.recordUse(id, freshName('version')), 'not_found');
      await expectCairnError(catalog.recordUse(freshName('run'), version.id), 'not_found');
      await catalog.finishRun(id, { state: 'failed' });
      await expectCairnError(catalog.recordUse(id, version.id), 'run_finished');
      expect(await collect(catalog.runsOfVersion(version.id, 'input'))).toEqual([]);
    },
  },
  {
    name: 'lists what a run used in the order in which it did',
    async run({ catalog }) {
      const collection = freshCollection();
      const [a, b, c] = [
        await commit(catalog, collection),
        await commit(catalog, collection),
        await commit(catalog, collection),
      ];
      const { id } = await startRun(catalog, collection);
      for (const version of [b, a, c, b]) await catalog.recordUse(id, version.id);
      const used = await collect(catalog.versionsOfRun(id, 'input'));
      expect(used.map(({ version }) => version)).toEqual([1, 0, 2]);
    },
  },
  {
    name: 'lists the runs of a version in the order in which they used it',
    async run({ catalog }) {
      const collection = freshCollection();
      const version = await commit(catalog, collection);
      const runs = [await startRun(catalog, collection), await startRun(catalog, collection)].reverse();
      for (const { id } of runs) await catalog.recordUse(id, version.id);
      expect(idsOf(await collect(catalog.runsOfVersion(version.id, 'input')))).toEqual(idsOf(runs));
    },
  },
  {
    name: 'leaves deleted versions out of what a run logged and used',
    async run({ catalog }) {
      const collection = freshCollection();
      const { id: runId } = await startRun(catalog, collection);
      const gone = await commit(catalog, collection, { edge: { runId, direction: 'output' } });
      const kept = await commit(catalog, collection, { edge: { runId, direction: 'output' } });
      await catalog.recordUse(runId, gone.id);
      await catalog.deleteVersion(gone.id);
      const logged = await collect(catalog.versionsOfRun(runId, 'output'));
      expect(logged.map(({ id }) => id)).toEqual([kept.id]);
      expect(await collect(catalog.versionsOfRun(runId, 'input'))).toEqual([]);
    },
  },
];
