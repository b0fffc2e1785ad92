import { expect } from 'vitest';
import { expectCairnError } from '../expect-cairn-error.js';
import { collect } from '../helpers.js';
import { type CatalogCase, commit, commitOf, freshCollection, holderOf, numbers } from './fixture.js';

export const committing: readonly CatalogCase[] = [
  {
    name: 'makes the first version v0, with all that was said of it',
    async run({ catalog }) {
      const request = commitOf(freshCollection(), {
        description: 'Öffentliche Räder\n',
        tags: ['a b', 'B'],
        ttl: 3600,
      });
      const { version, created } = await catalog.commitVersion(request);
      const { aliases: _, ...said } = request;
      expect(created).toBe(true);
      expect(version).toMatchObject({ ...said, version: 0, aliases: ['latest'], tags: ['B', 'a b'] });
      expect(await catalog.findVersion(request, { version: 0 })).toEqual(version);
    },
  },
  {
    name: 'leaves out what was not said',
    async run({ catalog }) {
      const version = await commit(catalog, freshCollection());
      expect('description' in version).toBe(false);
      expect('ttl' in version).toBe(false);
    },
  },
  {
    name: 'gives every version an id of its own',
    async run({ catalog }) {
      const [here, there] = [freshCollection(), freshCollection()];
      const versions = [
        await commit(catalog, here),
        await commit(catalog, here),
        await commit(catalog, there),
      ];
      expect(new Set(versions.map(({ id }) => id)).size).toBe(3);
    },
  },
  {
    name: 'counts versions up from 0 in each collection',
    async run({ catalog }) {
      const here = freshCollection();
      const there = { ...here, name: 'other' };
      await commit(catalog, there);
      const versions = [
        await commit(catalog, here),
        await commit(catalog, here),
        await commit(catalog, here),
      ];
      expect(versions.map(({ version }) => version)).toEqual([0, 1, 2]);
    },
  },
  {
    name: 'answers with the version that has these contents, as it is',
    async run({ catalog }) {
      const request = commitOf(freshCollection(), { description: 'first', metadata: { a: 1 }, tags: ['x'] });
      const { version } = await catalog.commitVersion(request);
      const other = { ...request, description: 'second', metadata: { a: 2 }, tags: ['y'] };
      expect(await catalog.commitVersion(other)).toEqual({ version, created: false });
    },
  },
  {
    name: 'finds equal contents also among older versions, and not in other collections',
    async run({ catalog }) {
      const collection = freshCollection();
      const first = await commit(catalog, collection);
      await commit(catalog, collection);
      const again = await catalog.commitVersion(commitOf(collection, { digest: first.digest }));
      expect(again).toMatchObject({ created: false, version: { id: first.id, version: 0 } });
      const elsewhere = commitOf({ ...collection, project: 'other' }, { digest: first.digest });
      expect(await catalog.commitVersion(elsewhere)).toMatchObject({ created: true });
    },
  },
  {
    name: 'moves latest to the version that was logged, also to an older one',
    async run({ catalog }) {
      const collection = freshCollection();
      const first = await commit(catalog, collection);
      await commit(catalog, collection);
      expect(await holderOf(catalog, collection, 'latest')).toBe(1);
      await catalog.commitVersion(commitOf(collection, { digest: first.digest }));
      expect(await holderOf(catalog, collection, 'latest')).toBe(0);
    },
  },
  {
    name: 'moves the given aliases, and leaves the others',
    async run({ catalog }) {
      const collection = freshCollection();
      await commit(catalog, collection, { aliases: ['best', 'stable', 'ümläut 🚲'] });
      const second = await commit(catalog, collection, { aliases: ['best'] });
      expect(second.aliases).toEqual(['best', 'latest']);
      const first = await catalog.findVersion(collection, { version: 0 });
      expect(first?.aliases).toEqual(['stable', 'ümläut 🚲']);
    },
  },
  {
    name: 'moves aliases to a version that existed',
    async run({ catalog }) {
      const collection = freshCollection();
      const first = await commit(catalog, collection);
      await commit(catalog, collection, { aliases: ['best'] });
      await catalog.commitVersion(commitOf(collection, { digest: first.digest, aliases: ['best'] }));
      expect(await holderOf(catalog, collection, 'best')).toBe(0);
    },
  },
  {
    name: 'keeps metadata exactly',
    async run({ catalog }) {
      const metadata = JSON.parse(`{
        "__proto__": { "a": 1 }, "": "empty key", "dots.in.keys": { "quote\\"": [] }, "null": null, "no": false,
        "numbers": [0, -1.5, 1e300, 5e-324, 9007199254740991], "text": "\\u0001 \\u2028 🚲 é", "deep": [[[{}]]]
      }`);
      const { version } = await commit(catalog, freshCollection(), { metadata }).then((version) => ({
        version,
      }));
      expect(JSON.stringify(sorted(version.metadata))).toBe(JSON.stringify(sorted(metadata)));
      const found = await catalog.findVersion(version, { version: 0 });
      expect(JSON.stringify(sorted(found?.metadata))).toBe(JSON.stringify(sorted(metadata)));
    },
  },
  {
    name: 'keeps counts and sizes beyond 32 bits',
    async run({ catalog }) {
      const counts = { entryCount: 5_000_000_000, size: Number.MAX_SAFE_INTEGER };
      const version = await commit(catalog, freshCollection(), counts);
      expect(await catalog.findVersion(version, { version: 0 })).toMatchObject(counts);
    },
  },
  {
    name: 'shares nothing with the caller',
    async run({ catalog }) {
      const metadata = { list: [1] };
      const version = await commit(catalog, freshCollection(), { metadata });
      metadata.list.push(2);
      (version.metadata as typeof metadata).list.push(3);
      expect((await catalog.findVersion(version, { version: 0 }))?.metadata).toEqual({ list: [1] });
    },
  },
  {
    name: 'keeps a collection to one type, and names both',
    async run({ catalog }) {
      const collection = freshCollection();
      await commit(catalog, collection, { type: 'dataset' });
      const error = await expectCairnError(commit(catalog, collection, { type: 'model' }), 'type_mismatch');
      expect(error.message).toContain('dataset');
      expect(error.message).toContain('model');
      expect(await numbers(catalog, collection)).toEqual([0]);
    },
  },
  {
    name: 'takes no number for a commit that it refuses',
    async run({ catalog }) {
      const collection = freshCollection();
      await commit(catalog, collection);
      await expectCairnError(commit(catalog, collection, { type: 'model' }), 'type_mismatch');
      const edge = { runId: 'no-such-run', direction: 'output' } as const;
      await expectCairnError(commit(catalog, collection, { edge }), 'not_found');
      expect((await commit(catalog, collection)).version).toBe(1);
    },
  },
  {
    name: 'makes no version by a commit whose basis is outdated, and says that it can be repeated',
    async run({ catalog }) {
      const collection = freshCollection();
      const request = commitOf(collection);
      const refused = catalog.commitVersion({ ...request, basis: 'an old one' });
      expect((await expectCairnError(refused, 'conflict')).isRetryable).toBe(true);
      expect(await collect(catalog.listCollections(collection))).toEqual([]);
      expect(await catalog.commitVersion(request)).toMatchObject({ created: true, version: { version: 0 } });
    },
  },
  {
    name: 'answers with the version that has these contents, whatever the basis',
    async run({ catalog }) {
      const request = commitOf(freshCollection());
      const { version } = await catalog.commitVersion(request);
      const again = await catalog.commitVersion({ ...request, basis: 'an old one' });
      expect(again).toEqual({ version, created: false });
    },
  },
  {
    name: 'makes no collection by a commit that it refuses',
    async run({ catalog }) {
      const collection = freshCollection();
      const edge = { runId: 'no-such-run', direction: 'output' } as const;
      await expectCairnError(commit(catalog, collection, { edge }), 'not_found');
      expect(await collect(catalog.listCollections(collection))).toEqual([]);
    },
  },
];

/** Keys in one order, as data, so that `JSON.stringify` can compare. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => [key, sorted(member)]);
}
