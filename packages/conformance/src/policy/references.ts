import { defaultMaxObjects, type Observation, type ReferenceTrust, readAll } from '@cairn/core';
import { expect } from 'vitest';
import { expectCairnError } from '../expect-cairn-error.js';
import { collect, expectAborted, expectStream, freshBytes, utf8 } from '../helpers.js';
import { makeWorld, referOne, type StoragePolicyCase, scripted, seen, storeOne } from './fixture.js';

const members = (...paths: string[]): Observation[] =>
  paths.map((path) => seen({ kind: 'member', path, uri: `scripted:images/${path}` }));

/** A mark that only this user can make: here, the URI turned round. */
const trust: ReferenceTrust = {
  mark: async (uri) => [...uri].reverse().join(''),
  isOwn: async (uri, mark) => mark === [...uri].reverse().join(''),
};

export const references: readonly StoragePolicyCase[] = [
  {
    name: 'records an object by its own name, with all that its handler says',
    async run(fixture) {
      const observation = seen({ path: 'model.h5', extra: { version: '7' } });
      const { handlers } = scripted([observation]);
      const { policy } = makeWorld(fixture, { handlers });
      const { kind: _, ...said } = observation;
      expect(await referOne(policy, 'scripted:model.h5')).toEqual({ kind: 'reference', ...said });
    },
  },
  {
    name: 'leaves out what the handler does not say',
    async run(fixture) {
      const { size: _, ...observation } = seen();
      const { policy } = makeWorld(fixture, scripted([observation]));
      const entry = await referOne(policy, 'scripted:a.txt');
      expect('size' in entry || 'extra' in entry).toBe(false);
    },
  },
  {
    name: 'records an object under the name it is given',
    async run(fixture) {
      const { policy } = makeWorld(fixture, scripted([seen()]));
      const entry = await referOne(policy, 'scripted:a.txt', { name: 'models/mine.h5' });
      expect(entry).toMatchObject({ path: 'models/mine.h5', uri: 'scripted:a.txt' });
    },
  },
  {
    name: 'records what is in a folder by its place under it, or under the name it is given',
    async run(fixture) {
      const { policy } = makeWorld(fixture, scripted(members('cat.png', 'dogs/rex.png')));
      const pathsFor = async (name?: string) =>
        (await collect(policy.storeReference('scripted:images', { name }))).map(({ path }) => path);
      expect(await pathsFor()).toEqual(['cat.png', 'dogs/rex.png']);
      expect(await pathsFor('pets')).toEqual(['pets/cat.png', 'pets/dogs/rex.png']);
    },
  },
  {
    name: 'puts a folder of one object under the name, not in its place',
    async run(fixture) {
      const { policy } = makeWorld(fixture, scripted(members('cat.png')));
      expect((await referOne(policy, 'scripted:images', { name: 'pets' })).path).toBe('pets/cat.png');
    },
  },
  {
    name: 'tells the handler whether to look, and how much will be taken',
    async run(fixture) {
      const { handlers, asked } = scripted([seen()]);
      const { policy } = makeWorld(fixture, { handlers });
      await referOne(policy, 'scripted:a.txt', { checksum: false, maxObjects: 7 });
      await referOne(policy, 'scripted:a.txt');
      expect(asked).toMatchObject([
        { uri: 'scripted:a.txt', options: { checksum: false, maxObjects: 7 } },
        { options: { checksum: true, maxObjects: defaultMaxObjects } },
      ]);
    },
  },
  {
    name: 'takes as many objects as the limit, and refuses one more',
    async run(fixture) {
      const { policy } = makeWorld(fixture, scripted(members('a', 'b', 'c')));
      const take = (maxObjects: number) => policy.storeReference('scripted:images', { maxObjects });
      expect((await collect(take(3))).length).toBe(3);
      const error = await expectCairnError(take(2), 'too_many_objects');
      expect(error.message).toContain('maxObjects');
    },
  },
  {
    name: 'takes no more than 10,000 objects where no limit is given',
    async run(fixture) {
      const paths = Array.from({ length: defaultMaxObjects + 1 }, (_, n) => String(n));
      const { policy } = makeWorld(fixture, scripted(members(...paths)));
      await expectCairnError(policy.storeReference('scripted:images'), 'too_many_objects');
    },
  },
  {
    name: 'finds it to be an error when a handler sees nothing',
    async run(fixture) {
      const { policy } = makeWorld(fixture, scripted([]));
      await expectCairnError(policy.storeReference('scripted:nothing'), 'not_found');
    },
  },
  {
    name: 'refuses a path or a URI from a handler that can be none',
    async run(fixture) {
      for (const path of ['../x', '/x', 'a//b', 'a\\b', '']) {
        const { policy } = makeWorld(fixture, scripted([seen({ path })]));
        await expectCairnError(policy.storeReference('scripted:a'), 'path_invalid');
      }
      const { policy } = makeWorld(fixture, scripted([seen({ uri: 'scripted:a\nb' })]));
      await expectCairnError(policy.storeReference('scripted:a'), 'uri_invalid');
    },
  },
  {
    name: 'refuses a URI or a name that can be none, and asks no handler',
    async run(fixture) {
      const { handlers, asked } = scripted([seen()]);
      const { policy } = makeWorld(fixture, { handlers });
      for (const uri of ['', 'scripted:a\nb', 'scripted:\ud800', `scripted:${'a'.repeat(5000)}`]) {
        await expectCairnError(policy.storeReference(uri), 'uri_invalid');
      }
      for (const name of ['', '../x', '/x', 'C:/x', 'a/../b', 'n'.repeat(256)]) {
        await expectCairnError(policy.storeReference('scripted:a', { name }), 'path_invalid');
      }
      expect(asked).toEqual([]);
    },
  },
  {
    name: 'records the URI alone where no handler knows its scheme',
    async run(fixture) {
      const { policy } = makeWorld(fixture);
      const uri = 'gopher://example.org/1/a b';
      const entry = await referOne(policy, uri, { name: 'a.txt' });
      expect(entry).toEqual({ kind: 'reference', path: 'a.txt', uri, digest: `uri:${uri}` });
      await expectCairnError(policy.storeReference(uri), 'path_invalid');
    },
  },
  {
    name: 'stores no credentials where no handler knows the scheme',
    async run(fixture) {
      const { policy } = makeWorld(fixture);
      const uri = 'gopher://user:secret@example.org/1/a';
      const error = await expectCairnError(policy.storeReference(uri, { name: 'a' }), 'uri_invalid');
      expect(error.message).not.toContain('secret');
    },
  },
  {
    name: 'fails as the handler does',
    async run(fixture) {
      const { policy, memory } = makeWorld(fixture);
      await expectCairnError(policy.storeReference('memory:gone'), 'not_found');
      const entry = await referOne(policy, memory.put('a.txt', utf8('before')));
      memory.put('a.txt', utf8('after'));
      await expectCairnError(policy.loadReference(entry), 'reference_changed');
      memory.delete('a.txt');
      await expectCairnError(policy.loadReference(entry), 'not_found');
    },
  },
  {
    name: 'reads a reference, or a part of it',
    async run(fixture) {
      const { policy, memory } = makeWorld(fixture);
      const bytes = freshBytes(200_000);
      const entry = await referOne(policy, memory.put('a.bin', bytes));
      await expectStream(policy.loadReference(entry), bytes);
      const range = { start: 10, end: 100_000 };
      await expectStream(policy.loadReference(entry, { range }), bytes.subarray(range.start, range.end));
    },
  },
  {
    name: 'reads no reference whose scheme has no handler',
    async run(fixture) {
      const { policy } = makeWorld(fixture);
      const entry = await referOne(policy, 'gopher://example.org/1', { name: 'a' });
      const error = await expectCairnError(policy.loadReference(entry), 'handler_missing');
      expect(error.message).toContain('gopher');
    },
  },
  {
    name: 'tells whether a reference still is what was recorded',
    async run(fixture) {
      const { policy, memory } = makeWorld(fixture);
      const entry = await referOne(policy, memory.put('a.txt', utf8('before')));
      expect(await policy.checkReference(entry)).toBe('match');
      memory.put('a.txt', utf8('after!'));
      expect(await policy.checkReference(entry)).toBe('changed');
      memory.delete('a.txt');
      expect(await policy.checkReference(entry)).toBe('missing');
      const unknown = await referOne(policy, 'gopher://example.org/1', { name: 'b' });
      await expectCairnError(policy.checkReference(unknown), 'handler_missing');
    },
  },
  {
    name: 'looks at and reads nothing when aborted before',
    async run(fixture) {
      const { policy, memory } = makeWorld(fixture);
      const uri = memory.put('a.txt', utf8('a'));
      const entry = await referOne(policy, uri);
      await expectAborted((signal) => policy.storeReference(uri, { signal }));
      await expectAborted((signal) => policy.loadReference(entry, { signal }));
    },
  },
  {
    name: "opens a reference as this user's own that bears the user's mark",
    async run(fixture) {
      const { handlers, asked } = scripted([seen()]);
      const { policy } = makeWorld(fixture, { handlers, trust });
      await readAll(policy.loadReference(await referOne(policy, 'scripted:a.txt')));
      expect(asked.at(-1)).toMatchObject({ options: { foreign: false } });
    },
  },
  {
    name: 'opens every other reference as foreign',
    async run(fixture) {
      const { handlers, asked } = scripted([seen()]);
      const marked = makeWorld(fixture, { handlers, trust }).policy;
      const entry = await referOne(marked, 'scripted:a.txt');
      const without = makeWorld(fixture, { handlers }).policy;
      await readAll(without.loadReference(entry));
      await readAll(marked.loadReference({ ...entry, uri: 'scripted:other.txt' }));
      await readAll(marked.loadReference(await referOne(without, 'scripted:a.txt')));
      const opened = asked.filter(({ options }) => 'foreign' in (options as object));
      expect(opened.length).toBe(3);
      expect(opened).toMatchObject(opened.map(() => ({ options: { foreign: true } })));
    },
  },
  {
    name: 'stores no bytes of what it refers to',
    async run(fixture) {
      const { policy, memory } = makeWorld(fixture);
      const bytes = freshBytes(100);
      await readAll(policy.loadReference(await referOne(policy, memory.put('a.bin', bytes))));
      expect((await storeOne(policy, 'a.bin', bytes)).created).toBe(true);
    },
  },
];
