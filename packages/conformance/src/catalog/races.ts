import { CairnError } from '@cairn/core';
import { expect } from 'vitest';
import { collect } from '../helpers.js';
import {
  type CatalogCase,
  commit,
  commitOf,
  freshCollection,
  holderOf,
  numbers,
  startRun,
} from './fixture.js';

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

/** How many of some calls succeeded. All others must have failed with `conflict`. */
async function winners(calls: readonly Promise<unknown>[]): Promise<number> {
  const results = await Promise.allSettled(calls);
  for (const result of results) {
    if (result.status === 'rejected' && !CairnError.is(result.reason, 'conflict')) throw result.reason;
  }
  return results.filter(({ status }) => status === 'fulfilled').length;
}

export const races: readonly CatalogCase[] = [
  {
    name: 'gives 50 commits at once dense and distinct numbers',
    async run({ catalog }) {
      const collection = freshCollection();
      const versions = await Promise.all(upTo(50).map(() => commit(catalog, collection)));
      expect(versions.map(({ version }) => version).sort((a, b) => a - b)).toEqual(upTo(50));
      expect(new Set((await numbers(catalog, collection)).map(String)).size).toBe(50);
    },
  },
  {
    name: 'makes one version of 50 commits of the same contents at once',
    async run({ catalog }) {
      const request = commitOf(freshCollection());
      const results = await Promise.all(upTo(50).map(() => catalog.commitVersion(request)));
      expect(new Set(results.map(({ version }) => version.id)).size).toBe(1);
      expect(results.filter(({ created }) => created).length).toBe(1);
      expect(await numbers(catalog, request)).toEqual([0]);
    },
  },
  {
    name: 'leaves latest with the highest of many commits at once',
    async run({ catalog }) {
      const collection = freshCollection();
      await Promise.all(upTo(30).map(() => commit(catalog, collection)));
      expect(await holderOf(catalog, collection, 'latest')).toBe(29);
    },
  },
  {
    name: 'leaves an alias that many commits want at once with one of them',
    async run({ catalog }) {
      const collection = freshCollection();
      await Promise.all(upTo(30).map(() => commit(catalog, collection, { aliases: ['best'] })));
      const versions = await collect(catalog.listVersions(collection));
      expect(versions.filter(({ aliases }) => aliases.includes('best')).length).toBe(1);
      expect(versions.filter(({ aliases }) => aliases.includes('latest')).length).toBe(1);
    },
  },
  {
    name: 'lets one of many win who change the same field at once',
    async run({ catalog }) {
      const { id } = await commit(catalog, freshCollection());
      const calls = upTo(20).map((n) =>
        catalog.updateVersion(id, { description: { from: undefined, to: `by caller ${n}` } }),
      );
      expect(await winners(calls)).toBe(1);
    },
  },
  {
    name: 'lets one of many win who move the same alias at once',
    async run({ catalog }) {
      const collection = freshCollection();
      const versions = [];
      for (const _ of upTo(10)) versions.push(await commit(catalog, collection));
      const revision = (await catalog.findVersion(collection, { version: 0 }))?.aliasRevision ?? -1;
      const calls = versions.map(({ id }) =>
        catalog.updateVersion(id, { aliases: { revision, add: ['best'], remove: [] } }),
      );
      expect(await winners(calls)).toBe(1);
    },
  },
  {
    name: 'starts one of many runs with the same id at once',
    async run({ catalog }) {
      const collection = freshCollection();
      const { id } = await startRun(catalog, collection);
      const calls = upTo(20).map(() => startRun(catalog, collection, { id: `${id}-again` }));
      expect(await winners(calls)).toBe(1);
    },
  },
  {
    name: 'records one use of many at once',
    async run({ catalog }) {
      const collection = freshCollection();
      const version = await commit(catalog, collection);
      const { id } = await startRun(catalog, collection);
      await Promise.all(upTo(20).map(() => catalog.recordUse(id, version.id)));
      expect((await collect(catalog.versionsOfRun(id, 'input'))).length).toBe(1);
    },
  },
];
