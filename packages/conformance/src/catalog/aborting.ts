import { expect } from 'vitest';
import { collect, expectAborted } from '../helpers.js';
import { type CatalogCase, commit, commitOf, freshCollection, numbers, runOf, startRun } from './fixture.js';

export const aborting: readonly CatalogCase[] = [
  {
    name: 'writes nothing when aborted before',
    async run({ catalog }) {
      const collection = freshCollection();
      const before = await commit(catalog, collection);
      const { id } = await startRun(catalog, collection);
      const late = runOf(collection);
      const patch = { description: { from: undefined, to: 'after' } };
      await expectAborted((signal) => catalog.commitVersion(commitOf(collection), { signal }));
      await expectAborted((signal) => catalog.updateVersion(before.id, patch, { signal }));
      await expectAborted((signal) => catalog.deleteVersion(before.id, { signal }));
      await expectAborted((signal) => catalog.restoreVersion(before.id, { signal }));
      await expectAborted((signal) => catalog.recordUse(id, before.id, { signal }));
      await expectAborted((signal) => catalog.startRun(late, { signal }));
      await expectAborted((signal) => catalog.finishRun(id, { state: 'finished' }, { signal }));
      expect(await collect(catalog.listVersions(collection))).toEqual([before]);
      expect(await collect(catalog.versionsOfRun(id, 'input'))).toEqual([]);
      expect(await catalog.getRun(late.id)).toBeUndefined();
      expect((await catalog.getRun(id))?.state).toBe('running');
    },
  },
  {
    name: 'reads nothing when aborted before',
    async run({ catalog }) {
      const collection = freshCollection();
      const { id } = await commit(catalog, collection);
      await expectAborted((signal) => catalog.findVersion(collection, { version: 0 }, { signal }));
      await expectAborted((signal) => catalog.listVersions(collection, { signal }));
      await expectAborted((signal) => catalog.listCollections(collection, { signal }));
      await expectAborted((signal) => catalog.listRuns(collection, { signal }));
      await expectAborted((signal) => catalog.runsOfVersion(id, 'input', { signal }));
      const request = { start: { versionId: id }, direction: 'up', depth: 1, maxNodes: 1 } as const;
      await expectAborted((signal) => catalog.lineage(request, { signal }));
    },
  },
  {
    name: 'keeps what it acknowledged for the next process',
    requires: ['reopen'],
    async run({ catalog, reopen }) {
      const collection = freshCollection();
      const { id: runId } = await startRun(catalog, collection);
      const edge = { runId, direction: 'output' } as const;
      const version = await commit(catalog, collection, { aliases: ['best'], edge });
      const after = await catalog.updateVersion(version.id, { ttl: { from: undefined, to: 60 } });
      const next = await reopen?.();
      if (next === undefined) return expect.fail('no catalog');
      expect(await next.findVersion(collection, { alias: 'best' })).toEqual(after);
      expect(await collect(next.versionsOfRun(runId, 'output'))).toEqual([after]);
      expect(await numbers(next, collection)).toEqual([0]);
      expect((await commit(next, collection)).version).toBe(1);
    },
  },
];
