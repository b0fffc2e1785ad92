import { expect } from 'vitest';
import { expectCairnError } from '../expect-cairn-error.js';
import { collect, freshName } from '../helpers.js';
import {
  type CatalogCase,
  commit,
  commitEach,
  commitOf,
  freshCollection,
  holderOf,
  numbers,
  startRun,
} from './fixture.js';

export const deleting: readonly CatalogCase[] = [
  {
    name: 'finds and lists a deleted version no more',
    async run({ catalog }) {
      const collection = freshCollection();
      const first = await commit(catalog, collection);
      await commit(catalog, collection);
      await catalog.deleteVersion(first.id);
      expect(await catalog.findVersion(collection, { version: 0 })).toBeUndefined();
      expect(await catalog.findVersion(collection, { digest: first.digest })).toBeUndefined();
      expect(await numbers(catalog, collection)).toEqual([1]);
      const [record] = await collect(catalog.listCollections(collection));
      expect(record?.versionCount).toBe(1);
    },
  },
  {
    name: 'uses the number of a deleted version never again',
    async run({ catalog }) {
      const collection = freshCollection();
      await commit(catalog, collection);
      const last = await commit(catalog, collection);
      await catalog.deleteVersion(last.id);
      expect((await commit(catalog, collection)).version).toBe(2);
    },
  },
  {
    name: 'makes a new version of the contents of a deleted one',
    async run({ catalog }) {
      const collection = freshCollection();
      const { id, digest } = await commit(catalog, collection);
      await catalog.deleteVersion(id);
      const again = await catalog.commitVersion(commitOf(collection, { digest }));
      expect(again).toMatchObject({ created: true, version: { version: 1 } });
    },
  },
  {
    name: 'keeps the type and the numbers of a collection whose versions are all deleted',
    async run({ catalog }) {
      const collection = freshCollection();
      const { id } = await commit(catalog, collection);
      await catalog.deleteVersion(id);
      expect(await holderOf(catalog, collection, 'latest')).toBeUndefined();
      await expectCairnError(commit(catalog, collection, { type: 'model' }), 'type_mismatch');
      expect((await commit(catalog, collection)).version).toBe(1);
    },
  },
  {
    name: 'gives latest to the highest version that is left',
    async run({ catalog }) {
      const collection = freshCollection();
      const [first, second, third] = await commitEach(catalog, collection, [{}, {}, {}]);
      await catalog.deleteVersion(second?.id ?? '');
      expect(await holderOf(catalog, collection, 'latest')).toBe(2);
      await catalog.deleteVersion(third?.id ?? '');
      expect(await catalog.findVersion(collection, { alias: 'latest' })).toMatchObject({
        id: first?.id,
        aliases: ['latest'],
      });
    },
  },
  {
    name: 'leaves latest where it is when another version is deleted',
    async run({ catalog }) {
      const collection = freshCollection();
      const [first, second] = await commitEach(catalog, collection, [{}, {}, {}]);
      await catalog.commitVersion(commitOf(collection, { digest: first?.digest ?? 'blake3:' }));
      await catalog.deleteVersion(second?.id ?? '');
      expect(await holderOf(catalog, collection, 'latest')).toBe(0);
    },
  },
  {
    name: 'refuses to delete a version that has an alias',
    async run({ catalog }) {
      const collection = freshCollection();
      const version = await commit(catalog, collection, { aliases: ['best'] });
      const error = await expectCairnError(catalog.deleteVersion(version.id), 'conflict');
      expect(error.message).toContain('best');
      expect(await catalog.findVersion(collection, { alias: 'best' })).toEqual(version);
    },
  },
  {
    name: 'deletes a version with its aliases when told to',
    async run({ catalog }) {
      const collection = freshCollection();
      await commit(catalog, collection);
      const version = await commit(catalog, collection, { aliases: ['best'] });
      await catalog.deleteVersion(version.id, { deleteAliases: true });
      expect(await holderOf(catalog, collection, 'best')).toBeUndefined();
      expect(await holderOf(catalog, collection, 'latest')).toBe(0);
    },
  },
  {
    name: 'deletes only what is there',
    async run({ catalog }) {
      const { id } = await commit(catalog, freshCollection());
      await expectCairnError(catalog.deleteVersion(freshName('version')), 'not_found');
      await catalog.deleteVersion(id);
      await expectCairnError(catalog.deleteVersion(id), 'not_found');
    },
  },
  {
    name: 'records no use of a deleted version',
    async run({ catalog }) {
      const collection = freshCollection();
      const version = await commit(catalog, collection);
      const { id } = await startRun(catalog, collection);
      await catalog.deleteVersion(version.id);
      await expectCairnError(catalog.recordUse(id, version.id), 'not_found');
    },
  },
];
