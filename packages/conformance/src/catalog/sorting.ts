import type { SortKey } from '@cairn/core';
import { expect } from 'vitest';
import { collect } from '../helpers.js';
import {
  type CatalogCase,
  commit,
  commitEach,
  freshCollection,
  nextMillisecond,
  numbers,
} from './fixture.js';

export const sorting: readonly CatalogCase[] = [
  {
    name: 'sorts by number, size or creation, up and down',
    async run({ catalog }) {
      const collection = freshCollection();
      for (const size of [20, 5, 100]) {
        await commit(catalog, collection, { size });
        await nextMillisecond();
      }
      const sorted = (sort: SortKey) => numbers(catalog, { ...collection, sort });
      for (const field of ['version', 'created'] as const) {
        expect(await sorted({ field })).toEqual([0, 1, 2]);
        expect(await sorted({ field, descending: true })).toEqual([2, 1, 0]);
      }
      expect(await sorted({ field: 'size' })).toEqual([1, 0, 2]);
      expect(await sorted({ field: 'size', descending: true })).toEqual([2, 0, 1]);
    },
  },
  {
    name: 'sorts by name, up and down',
    async run({ catalog }) {
      const { entity, project } = freshCollection();
      for (const name of ['b', 'a', 'C', 'a-1']) await commit(catalog, { entity, project, name });
      const sorted = async (descending: boolean) =>
        (await collect(catalog.listVersions({ entity, sort: { field: 'name', descending } }))).map(
          ({ name }) => name,
        );
      expect(await sorted(false)).toEqual(['C', 'a', 'a-1', 'b']);
      expect(await sorted(true)).toEqual(['b', 'a-1', 'a', 'C']);
    },
  },
  {
    name: 'sorts by numbers in metadata, up and down',
    async run({ catalog }) {
      const collection = freshCollection();
      await commitEach(catalog, collection, [{ m: { ap: 9 } }, { m: { ap: 10 } }, { m: { ap: -0.5 } }]);
      const sort = { field: 'metadata', path: ['m', 'ap'] } as const;
      expect(await numbers(catalog, { ...collection, sort })).toEqual([2, 0, 1]);
      expect(await numbers(catalog, { ...collection, sort: { ...sort, descending: true } })).toEqual([
        1, 0, 2,
      ]);
    },
  },
  {
    name: 'sorts by texts in metadata, up and down',
    async run({ catalog }) {
      const collection = freshCollection();
      await commitEach(catalog, collection, [{ city: 'Ulm' }, { city: 'Aachen' }, { city: 'aalen' }]);
      const sort = { field: 'metadata', path: ['city'] } as const;
      expect(await numbers(catalog, { ...collection, sort })).toEqual([1, 0, 2]);
      expect(await numbers(catalog, { ...collection, sort: { ...sort, descending: true } })).toEqual([
        2, 0, 1,
      ]);
    },
  },
  {
    name: 'sorts versions without the key last, up and down',
    async run({ catalog }) {
      const collection = freshCollection();
      await commitEach(catalog, collection, [{}, { ap: 1 }, {}, { ap: 2 }]);
      const sort = { field: 'metadata', path: ['ap'] } as const;
      expect((await numbers(catalog, { ...collection, sort })).slice(0, 2)).toEqual([1, 3]);
      const down = { ...sort, descending: true };
      expect((await numbers(catalog, { ...collection, sort: down })).slice(0, 2)).toEqual([3, 1]);
      expect((await numbers(catalog, { ...collection, sort: down })).length).toBe(4);
    },
  },
  {
    name: 'takes the limit after it sorted',
    async run({ catalog }) {
      const collection = freshCollection();
      await commitEach(catalog, collection, [{ ap: 3 }, { ap: 1 }, { ap: 2 }]);
      const sort = { field: 'metadata', path: ['ap'], descending: true } as const;
      expect(await numbers(catalog, { ...collection, sort, limit: 1 })).toEqual([0]);
    },
  },
];
