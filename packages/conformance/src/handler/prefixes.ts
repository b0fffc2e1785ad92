import { checkPath, compareUtf8 } from '@cairn/core';
import { expect } from 'vitest';
import { expectCairnError, failureOf } from '../expect-cairn-error.js';
import { collect, expectBytes, utf8 } from '../helpers.js';
import { freshFolder, type HandlerCase, type HandlerFixture, read, toReference } from './fixture.js';

/** Makes an object at each of these paths. Returns what observes a folder of them. */
async function fill({ handler, put, prefix }: HandlerFixture, paths: readonly string[]) {
  const folder = freshFolder();
  for (const path of paths) await put(`${folder}/${path}`, utf8(path));
  const uriOf = (path: string) => prefix?.(path === '' ? folder : `${folder}/${path}`) ?? '';
  const look = (path: string, options?: Parameters<typeof handler.observe>[1]) =>
    handler.observe(uriOf(path), options);
  return { look, observe: (path: string) => collect(look(path)) };
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, n) => `${String(n).padStart(5, '0')}.txt`);

export const prefixes: readonly HandlerCase[] = [
  {
    name: 'observes what is in a folder, each by its place under it',
    requires: ['prefix'],
    async run(fixture) {
      const { observe } = await fill(fixture, ['images/cat.png', 'images/dogs/rex.png', 'readme.md']);
      const members = await observe('images');
      expect(members.map(({ kind, path }) => [kind, path])).toEqual([
        ['member', 'cat.png'],
        ['member', 'dogs/rex.png'],
      ]);
      expect((await observe('')).map(({ path }) => path)).toEqual([
        'images/cat.png',
        'images/dogs/rex.png',
        'readme.md',
      ]);
    },
  },
  {
    name: 'takes nothing beside a folder for a part of it',
    requires: ['prefix'],
    async run(fixture) {
      const paths = ['images/a', 'images2/b', 'images-old/c', 'images.txt', 'my/images/d'];
      const { observe } = await fill(fixture, paths);
      expect((await observe('images')).map(({ path }) => path)).toEqual(['a']);
    },
  },
  {
    name: 'gives every member a URI by which it can be read',
    requires: ['prefix'],
    async run(fixture) {
      const paths = ['a b/100%.txt', 'a b/c#d?e.txt', 'a b/ü🚲.txt'];
      const { observe } = await fill(fixture, paths);
      const members = await observe('a b');
      expect(members.length).toBe(3);
      for (const member of members) {
        expectBytes(await read(fixture.handler, toReference(member)), utf8(`a b/${member.path}`));
      }
    },
  },
  {
    name: 'lists paths in the order of their UTF-8 bytes',
    requires: ['prefix'],
    async run(fixture) {
      const paths = ['b', 'a/c', 'a-b', 'a.b', 'aa', 'B', 'ä', '\uffee', '🚲'];
      const { observe } = await fill(fixture, paths);
      expect((await observe('')).map(({ path }) => path)).toEqual(paths.sort(compareUtf8));
    },
  },
  {
    name: 'makes paths of keys that are none, and keeps the keys in the URIs',
    requires: ['prefix', 'anyKey'],
    async run(fixture) {
      const keys = ['a//b', './c', 'd/../e', '..', 'tab\there', 'back\\slash', 'C:/f', 'plain', '%2F'];
      const { observe } = await fill(fixture, keys);
      const members = await observe('');
      const paths = members.map(({ path }) => path);
      expect(paths.map(checkPath)).toEqual([...paths].sort(compareUtf8));
      expect(new Set(paths).size).toBe(keys.length);
      expect(paths).toContain('plain');
      const contents = members.map(async (member) => {
        return new TextDecoder().decode(await read(fixture.handler, toReference(member)));
      });
      expect((await Promise.all(contents)).sort()).toEqual(keys.sort());
    },
  },
  {
    name: 'takes no mark of a folder for an object',
    requires: ['prefix', 'anyKey'],
    async run({ handler, put, prefix }) {
      const folder = freshFolder();
      for (const key of ['', 'sub/', 'sub/deeper/']) await put(`${folder}/${key}`, new Uint8Array());
      await put(`${folder}/sub/a.txt`, utf8('a'));
      const members = await collect(handler.observe(prefix?.(folder) ?? ''));
      expect(members.map(({ path }) => path)).toEqual(['sub/a.txt']);
    },
  },
  {
    name: 'observes members without bytes',
    requires: ['prefix'],
    async run(fixture) {
      const folder = freshFolder();
      await fixture.put(`${folder}/empty`, new Uint8Array());
      await fixture.put(`${folder}/full`, utf8('full'));
      const members = await collect(fixture.handler.observe(fixture.prefix?.(folder) ?? ''));
      expect(members.map(({ path, size }) => [path, size])).toEqual([
        ['empty', 0],
        ['full', 4],
      ]);
    },
  },
  {
    name: 'finds a folder where nothing is to be missing, never empty',
    requires: ['prefix'],
    async run(fixture) {
      const { look } = await fill(fixture, ['images/a']);
      await expectCairnError(look('imag'), 'not_found');
      await expectCairnError(look('images/a/b'), 'not_found');
    },
  },
  {
    name: 'finds a folder to be missing once all in it is removed',
    requires: ['prefix', 'remove'],
    async run({ handler, put, prefix, remove }) {
      const folder = freshFolder();
      const uri = await put(`${folder}/images/a`, utf8('a'));
      await remove?.(uri);
      await expectCairnError(handler.observe(prefix?.(`${folder}/images`) ?? ''), 'not_found');
    },
  },
  {
    name: 'observes 1,001 members, without a cut',
    requires: ['prefix'],
    async run(fixture) {
      const paths = numbered(1001);
      const { observe } = await fill(fixture, paths);
      expect((await observe('')).map(({ path }) => path)).toEqual(paths);
    },
  },
  {
    name: 'shows that there are more members than will be taken',
    requires: ['prefix'],
    async run(fixture) {
      const { look } = await fill(fixture, numbered(5));
      expect((await collect(look('', { maxObjects: 5 }))).length).toBe(5);
      expect((await collect(look('', { maxObjects: 4 }))).length).toBe(5);
      expect((await collect(look('', { maxObjects: 2 }))).length).toBeGreaterThan(2);
    },
  },
  {
    name: 'never ends a listing that broke off as if it were whole',
    requires: ['prefix', 'breakListings'],
    async run(fixture) {
      const { look } = await fill(fixture, numbered(50));
      await fixture.breakListings?.();
      await expectCairnError(look(''), 'unavailable', 'timeout');
    },
  },
  {
    name: 'rejects with the reason when aborted during a listing',
    requires: ['prefix'],
    async run(fixture) {
      const { look } = await fill(fixture, numbered(50));
      const controller = new AbortController();
      const reason = new Error('the caller has changed its mind');
      const listing = async () => {
        for await (const _ of look('', { signal: controller.signal })) controller.abort(reason);
      };
      expect(await failureOf(listing())).toBe(reason);
    },
  },
  {
    name: 'lets go of everything when a caller breaks a listing off',
    requires: ['prefix', 'openConnections'],
    async run(fixture) {
      const { look } = await fill(fixture, numbered(50));
      for await (const _ of look('')) break;
      expect(await settled(fixture)).toBe(0);
    },
  },
];

/** What is still open once everything has had the time to close. */
export async function settled({ openConnections }: HandlerFixture): Promise<number> {
  for (let i = 0; i < 100 && openConnections?.() !== 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return openConnections?.() ?? 0;
}
