import type { VersionPatch, VersionRecord } from '@cairn/core';
import { expect } from 'vitest';
import { expectCairnError } from '../expect-cairn-error.js';
import { freshName } from '../helpers.js';
import { type CatalogCase, type CatalogFixture, commit, freshCollection, holderOf } from './fixture.js';

const aliases = (revision: number, add: readonly string[], remove: readonly string[] = []) => ({
  aliases: { revision, add, remove },
});

function described({ catalog }: CatalogFixture): Promise<VersionRecord> {
  return commit(catalog, freshCollection(), {
    description: 'before',
    metadata: { a: 1, b: { c: 2, d: 3 } },
    tags: ['x', 'y'],
  });
}

/** A change of one field that says it was seen as it never was. */
const stale: readonly (readonly [field: string, patch: VersionPatch])[] = [
  ['description', { description: { from: 'other', to: 'after' } }],
  ['metadata', { metadata: { from: { a: 1 }, to: { a: 2 } } }],
  ['tags', { tags: { from: ['x'], to: ['z'] } }],
  ['ttl', { ttl: { from: 60, to: 120 } }],
];

export const updating: readonly CatalogCase[] = [
  {
    name: 'changes the description, metadata, tags and time to live',
    async run(fixture) {
      const before = await described(fixture);
      const after = await fixture.catalog.updateVersion(before.id, {
        description: { from: 'before', to: 'after' },
        metadata: { from: before.metadata, to: { a: [null] } },
        tags: { from: before.tags, to: ['z', 'b'] },
        ttl: { from: undefined, to: 3600 },
      });
      const changes = { description: 'after', metadata: { a: [null] }, tags: ['b', 'z'], ttl: 3600 };
      expect(after).toEqual({ ...before, ...changes });
      expect(await fixture.catalog.findVersion(before, { version: 0 })).toEqual(after);
    },
  },
  {
    name: 'takes a description and a time to live away',
    async run(fixture) {
      const { id } = await described(fixture);
      await fixture.catalog.updateVersion(id, { ttl: { from: undefined, to: 60 } });
      const after = await fixture.catalog.updateVersion(id, {
        description: { from: 'before', to: undefined },
        ttl: { from: 60, to: undefined },
      });
      expect('description' in after || 'ttl' in after).toBe(false);
    },
  },
  {
    name: 'changes nothing but what the patch names',
    async run(fixture) {
      const before = await described(fixture);
      const after = await fixture.catalog.updateVersion(before.id, { tags: { from: before.tags, to: [] } });
      expect(after).toEqual({ ...before, tags: [] });
    },
  },
  ...stale.map(
    ([field, patch]): CatalogCase => ({
      name: `refuses to overwrite a ${field} that is not what was seen, and says which field it is`,
      async run(fixture) {
        const before = await described(fixture);
        const error = await expectCairnError(fixture.catalog.updateVersion(before.id, patch), 'conflict');
        expect(error.message).toContain(field);
        expect(await fixture.catalog.findVersion(before, { version: 0 })).toEqual(before);
      },
    }),
  ),
  {
    name: 'compares metadata and tags by what they say, not by their order',
    async run(fixture) {
      const { id } = await described(fixture);
      const after = await fixture.catalog.updateVersion(id, {
        metadata: { from: { b: { d: 3, c: 2 }, a: 1 }, to: { a: 2 } },
        tags: { from: ['y', 'x'], to: ['z'] },
      });
      expect(after).toMatchObject({ metadata: { a: 2 }, tags: ['z'] });
    },
  },
  {
    name: 'changes all of a patch or nothing',
    async run(fixture) {
      const before = await described(fixture);
      const patch = {
        description: { from: 'before', to: 'after' },
        tags: { from: before.tags, to: ['z'] },
        ...aliases(before.aliasRevision, ['best']),
        ttl: { from: 60, to: 120 },
      };
      await expectCairnError(fixture.catalog.updateVersion(before.id, patch), 'conflict');
      expect(await fixture.catalog.findVersion(before, { version: 0 })).toEqual(before);
    },
  },
  {
    name: 'adds and removes aliases',
    async run({ catalog }) {
      const collection = freshCollection();
      const before = await commit(catalog, collection, { aliases: ['a', 'b'] });
      const after = await catalog.updateVersion(before.id, aliases(before.aliasRevision, ['c'], ['a']));
      expect(after.aliases).toEqual(['b', 'c', 'latest']);
      expect(await holderOf(catalog, collection, 'a')).toBeUndefined();
      expect(await holderOf(catalog, collection, 'c')).toBe(0);
    },
  },
  {
    name: 'takes an alias from the version that had it',
    async run({ catalog }) {
      const collection = freshCollection();
      const first = await commit(catalog, collection, { aliases: ['best'] });
      const second = await commit(catalog, collection);
      await catalog.updateVersion(second.id, aliases(second.aliasRevision, ['best']));
      expect((await catalog.findVersion(first, { version: 0 }))?.aliases).toEqual([]);
      expect(await holderOf(catalog, collection, 'best')).toBe(1);
    },
  },
  {
    name: 'counts the moves of aliases',
    async run({ catalog }) {
      const before = await commit(catalog, freshCollection(), { aliases: ['a'] });
      const after = await catalog.updateVersion(before.id, aliases(before.aliasRevision, ['b']));
      expect(after.aliasRevision).toBeGreaterThan(before.aliasRevision);
    },
  },
  {
    name: 'refuses to move an alias that moved since it was seen',
    async run({ catalog }) {
      const collection = freshCollection();
      const first = await commit(catalog, collection);
      await commit(catalog, collection, { aliases: ['best'] });
      const late = catalog.updateVersion(first.id, aliases(first.aliasRevision, ['best']));
      expect((await expectCairnError(late, 'conflict')).message).toContain('alias');
      expect(await holderOf(catalog, collection, 'best')).toBe(1);
    },
  },
  {
    name: 'refuses to remove an alias that moved since it was seen',
    async run({ catalog }) {
      const collection = freshCollection();
      const first = await commit(catalog, collection, { aliases: ['best'] });
      const second = await commit(catalog, collection, { aliases: ['best'] });
      const late = catalog.updateVersion(first.id, aliases(first.aliasRevision, [], ['best']));
      await expectCairnError(late, 'conflict');
      await catalog.updateVersion(second.id, aliases(second.aliasRevision, [], ['best']));
      const again = catalog.updateVersion(first.id, aliases(first.aliasRevision, ['best']));
      await expectCairnError(again, 'conflict');
    },
  },
  {
    name: 'moves an alias though others moved since it was seen',
    async run({ catalog }) {
      const collection = freshCollection();
      const first = await commit(catalog, collection);
      await commit(catalog, collection, { aliases: ['best'] });
      const after = await catalog.updateVersion(first.id, aliases(first.aliasRevision, ['stable']));
      expect(after.aliases).toEqual(['stable']);
    },
  },
  {
    name: 'changes no version that is not there',
    async run({ catalog }) {
      const version = await commit(catalog, freshCollection());
      const patch = { description: { from: undefined, to: 'after' } };
      await expectCairnError(catalog.updateVersion(freshName('version'), patch), 'not_found');
      await catalog.deleteVersion(version.id);
      await expectCairnError(catalog.updateVersion(version.id, patch), 'not_found');
    },
  },
];
