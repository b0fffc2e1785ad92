import { expect } from 'vitest';
import { expectCairnError } from '../expect-cairn-error.js';
import { freshName } from '../helpers.js';
import {
  type CatalogCase,
  commit,
  commitEach,
  commitOf,
  freshCollection,
  holderOf,
  numbers,
} from './fixture.js';

export const restoring: readonly CatalogCase[] = [
  {
    name: 'brings a deleted version back as it was, but for its aliases',
    async run({ catalog }) {
      const collection = freshCollection();
      await commit(catalog, collection);
      const tags = { metadata: { rows: 7 }, tags: ['good'], description: 'all of it', aliases: ['best'] };
      const before = await commit(catalog, collection, tags);
      await catalog.deleteVersion(before.id, { deleteAliases: true });
      const restored = await catalog.restoreVersion(before.id);
      expect(restored).toEqual({ ...before, aliases: ['latest'], aliasRevision: restored.aliasRevision });
      expect(await catalog.findVersion(collection, { version: 1 })).toEqual(restored);
      expect(await catalog.findVersion(collection, { digest: before.digest })).toEqual(restored);
      expect(await numbers(catalog, collection)).toEqual([1, 0]);
      expect(await holderOf(catalog, collection, 'best')).toBeUndefined();
      expect((await commit(catalog, collection)).version).toBe(2);
    },
  },
  {
    name: 'lists those that are deleted by themselves',
    async run({ catalog }) {
      const collection = freshCollection();
      const deleted = { ...collection, deleted: true };
      const [first, , third] = await commitEach(catalog, collection, [{ rows: 1 }, { rows: 2 }, { rows: 3 }]);
      expect(await numbers(catalog, deleted)).toEqual([]);
      await catalog.deleteVersion(first?.id ?? '');
      await catalog.deleteVersion(third?.id ?? '');
      expect(await numbers(catalog, deleted)).toEqual([2, 0]);
      expect(await numbers(catalog, { ...deleted, after: third?.id })).toEqual([0]);
      expect(await numbers(catalog, { ...deleted, limit: 1 })).toEqual([2]);
      const sort = { field: 'metadata', path: ['rows'] } as const;
      expect(await numbers(catalog, { ...deleted, sort })).toEqual([0, 2]);
      expect(await numbers(catalog, { ...deleted, name: freshName('other') })).toEqual([]);
      await catalog.restoreVersion(third?.id ?? '');
      expect(await numbers(catalog, deleted)).toEqual([0]);
      expect(await numbers(catalog, collection)).toEqual([2, 1]);
    },
  },
  {
    name: 'gives latest to a restored version only if no higher one has it',
    async run({ catalog }) {
      const collection = freshCollection();
      const [first, second, third] = await commitEach(catalog, collection, [{}, {}, {}]);
      for (const version of [third, second, first]) await catalog.deleteVersion(version?.id ?? '');
      expect(await holderOf(catalog, collection, 'latest')).toBeUndefined();
      await catalog.restoreVersion(second?.id ?? '');
      expect(await holderOf(catalog, collection, 'latest')).toBe(1);
      expect((await catalog.restoreVersion(first?.id ?? '')).aliases).toEqual([]);
      expect(await holderOf(catalog, collection, 'latest')).toBe(1);
      expect((await catalog.restoreVersion(third?.id ?? '')).aliases).toEqual(['latest']);
      expect(await holderOf(catalog, collection, 'latest')).toBe(2);
    },
  },
  {
    name: 'restores no version whose contents were logged again',
    async run({ catalog }) {
      const collection = freshCollection();
      const { id, digest } = await commit(catalog, collection);
      await catalog.deleteVersion(id);
      const again = await catalog.commitVersion(commitOf(collection, { digest }));
      const error = await expectCairnError(catalog.restoreVersion(id), 'conflict');
      expect(error.message).toContain('v1');
      expect(await numbers(catalog, collection)).toEqual([1]);
      await catalog.deleteVersion(again.version.id);
      await catalog.restoreVersion(id);
      expect(await numbers(catalog, collection)).toEqual([0]);
    },
  },
  {
    name: 'leaves a version as it is that is not deleted',
    async run({ catalog }) {
      const collection = freshCollection();
      const { id } = await commit(catalog, collection);
      await commit(catalog, collection);
      const before = await catalog.findVersion(collection, { version: 0 });
      expect(await catalog.restoreVersion(id)).toEqual(before);
      expect(await catalog.findVersion(collection, { version: 0 })).toEqual(before);
      expect(await holderOf(catalog, collection, 'latest')).toBe(1);
    },
  },
  {
    name: 'restores only what there was',
    async run({ catalog }) {
      await commit(catalog, freshCollection());
      await expectCairnError(catalog.restoreVersion(freshName('version')), 'not_found');
    },
  },
];
