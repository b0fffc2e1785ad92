import type { Comparison, Condition, JsonObject, JsonPrimitive } from '@cairn/core';
import { expect } from 'vitest';
import {
  type CatalogCase,
  type CatalogFixture,
  commit,
  commitEach,
  freshCollection,
  nextMillisecond,
  numbers,
  startRun,
} from './fixture.js';

/** What a condition on metadata `a` finds, by the number of the version. */
type Expectation = readonly [Comparison, JsonPrimitive, readonly number[]];

/** Versions with these values of metadata `a` (no `a` where it is `undefined`), and what conditions find of them. */
function onMetadata(
  name: string,
  values: readonly (JsonObject[string] | undefined)[],
  expectations: readonly Expectation[],
): CatalogCase {
  return {
    name,
    async run({ catalog }) {
      const collection = freshCollection();
      await commitEach(
        catalog,
        collection,
        values.map((a) => (a === undefined ? { b: 1 } : { a })),
      );
      for (const [operator, value, found] of expectations) {
        const where: Condition[] = [{ field: 'metadata', path: ['a'], operator, value }];
        const actual = await numbers(catalog, { ...collection, where });
        expect(actual.sort(), `a ${operator} ${JSON.stringify(value)}`).toEqual(found);
      }
    },
  };
}

/** Three versions with different labels and edges, and what conditions find of them. */
async function labelled({ catalog }: CatalogFixture) {
  const collection = freshCollection();
  const { id: runId } = await startRun(catalog, collection);
  const edge = { runId, direction: 'output' } as const;
  await commit(catalog, collection, { aliases: ['best'], tags: ['raw', 'big data'] });
  await commit(catalog, collection, { tags: ['raw'], edge });
  const third = await commit(catalog, collection);
  await catalog.recordUse(runId, third.id);
  return { runId, found: async (...where: Condition[]) => numbers(catalog, { ...collection, where }) };
}

export const conditions: readonly CatalogCase[] = [
  {
    name: 'finds versions by alias, or without it',
    async run(fixture) {
      const { found } = await labelled(fixture);
      expect(await found({ field: 'alias', value: 'best' })).toEqual([0]);
      expect(await found({ field: 'alias', value: 'best', negated: true })).toEqual([2, 1]);
      expect(await found({ field: 'alias', value: 'none', negated: false })).toEqual([]);
    },
  },
  {
    name: 'finds versions by tag, or without it',
    async run(fixture) {
      const { found } = await labelled(fixture);
      expect(await found({ field: 'tag', value: 'raw' })).toEqual([1, 0]);
      expect(await found({ field: 'tag', value: 'big data' })).toEqual([0]);
      expect(await found({ field: 'tag', value: 'raw', negated: true })).toEqual([2]);
    },
  },
  {
    name: 'finds versions by the run that logged or used them',
    async run(fixture) {
      const { found, runId } = await labelled(fixture);
      expect(await found({ field: 'loggedBy', runId })).toEqual([1]);
      expect(await found({ field: 'usedBy', runId })).toEqual([2]);
    },
  },
  {
    name: 'finds only what meets all conditions',
    async run(fixture) {
      const { found, runId } = await labelled(fixture);
      const raw = { field: 'tag', value: 'raw' } as const;
      expect(await found(raw, { field: 'loggedBy', runId })).toEqual([1]);
      expect(await found(raw, { field: 'usedBy', runId })).toEqual([]);
      expect(await found()).toEqual([2, 1, 0]);
    },
  },
  {
    name: 'finds versions by the time of their creation',
    async run({ catalog }) {
      const collection = freshCollection();
      const times: string[] = [];
      for (let n = 0; n < 3; n++) {
        times.push((await commit(catalog, collection)).createdAt);
        await nextMillisecond();
      }
      const found = async (operator: Comparison, value: string) =>
        (await numbers(catalog, { ...collection, where: [{ field: 'created', operator, value }] })).sort();
      const middle = times[1] as string;
      expect(await found('<', middle)).toEqual([0]);
      expect(await found('<=', middle)).toEqual([0, 1]);
      expect(await found('>', middle)).toEqual([2]);
      expect(await found('>=', middle)).toEqual([1, 2]);
      expect(await found('=', middle)).toEqual([1]);
      expect(await found('!=', middle)).toEqual([0, 2]);
      expect(await found('>', '2001-01-01T00:00:00Z')).toEqual([0, 1, 2]);
    },
  },
  onMetadata(
    'compares numbers in metadata as numbers',
    [2, 10, -1.5, 1e21],
    [
      ['<', 10, [0, 2]],
      ['<=', 10, [0, 1, 2]],
      ['>', 2, [1, 3]],
      ['>=', 2, [0, 1, 3]],
      ['=', 10, [1]],
      ['=', 1e21, [3]],
      ['!=', 10, [0, 2, 3]],
    ],
  ),
  onMetadata(
    'compares texts in metadata as texts',
    ['apple', 'Zebra', 'pear', ''],
    [
      ['=', 'pear', [2]],
      ['=', '', [3]],
      ['<', 'b', [0, 1, 3]],
      ['>', 'a', [0, 2]],
      ['>=', 'pear', [2]],
      ['!=', 'pear', [0, 1, 3]],
    ],
  ),
  onMetadata(
    'takes a number and a text for different, even if they look alike',
    [10, '10'],
    [
      ['=', 10, [0]],
      ['=', '10', [1]],
      ['<', 11, [0]],
      ['<', '11', [1]],
      ['!=', 10, [1]],
    ],
  ),
  onMetadata(
    'compares true, false and null by equality only',
    [true, false, null, 1, 'true'],
    [
      ['=', true, [0]],
      ['=', false, [1]],
      ['=', null, [2]],
      ['!=', true, [1, 2, 3, 4]],
      ['>', false, []],
      ['<=', true, []],
      ['>=', null, []],
      ['=', 1, [3]],
    ],
  ),
  onMetadata(
    'finds a missing or other value by != only',
    [5, undefined, [5], { c: 5 }],
    [
      ['=', 5, [0]],
      ['!=', 5, [1, 2, 3]],
      ['>=', 0, [0]],
      ['<', 'z', []],
      ['!=', null, [0, 1, 2, 3]],
    ],
  ),
  {
    name: 'follows the keys of a metadata path literally',
    async run({ catalog }) {
      const collection = freshCollection();
      const keys = ['a.b', 'with "quotes"', "it's", '', '$', '[0]', '__proto__', 'ü🚲', '%', "'; --", 'a\\b'];
      const nested = (key: string, value: number) => JSON.parse(`{${JSON.stringify(key)}:{"x":${value}}}`);
      await commitEach(catalog, collection, [
        ...keys.map((key, n) => nested(key, n)),
        { a: { b: { x: 99 } }, x: 99 },
      ]);
      for (const [n, key] of keys.entries()) {
        const where: Condition[] = [{ field: 'metadata', path: [key, 'x'], operator: '=', value: n }];
        expect(await numbers(catalog, { ...collection, where }), key).toEqual([n]);
      }
    },
  },
  {
    name: 'finds no metadata in what every object has',
    async run({ catalog }) {
      const collection = freshCollection();
      await commit(catalog, collection, { metadata: { list: [1, 2] } });
      for (const path of [['constructor', 'name'], ['__proto__', 'x'], ['list', 'length'], ['toString']]) {
        const where: Condition[] = [{ field: 'metadata', path, operator: '!=', value: 'nothing' }];
        expect(await numbers(catalog, { ...collection, where })).toEqual([0]);
        for (const value of ['Object', 2, null]) {
          const equal: Condition[] = [{ field: 'metadata', path, operator: '=', value }];
          expect(await numbers(catalog, { ...collection, where: equal })).toEqual([]);
        }
      }
    },
  },
];
