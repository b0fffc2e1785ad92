import { compareUtf8, utf8Length } from '@cairn/core';
import { expect } from 'vitest';
import { collect, expectBytes, utf8 } from '../helpers.js';
import { freshPrefix, keysUnder, type ObjectStoreCase, read } from './fixture.js';

/** Keys that are ordinary, and yet a path, a URL, a pattern or a case-blind disk would change. */
const oddKeys = [
  'with space',
  'a+b',
  '100%',
  '%2F',
  'a#b',
  'a?b=c',
  'a&b',
  'a*b',
  'back\\slash',
  '"quoted"',
  "it's",
  'ümläut',
  'u\u0308mla\u0308ut',
  '数据',
  '🚲',
  '\uffee',
  'Case',
  'case',
  '-rf',
  '~',
  '.hidden',
  'trailing.',
  'trailing ',
  'con',
  'a:b',
];
/** Keys that a folder could not hold beside each other, or would lead out of it. */
const unlikePaths = ['a', 'a/b', 'a/b/c', 'b/', 'c//d', '/e', '.', '..', './f', 'g/../h', '../i', 'j/.'];

/** A case that puts objects under keys, and expects each to stay apart from the others. */
function keeps(name: string, keys: readonly string[]): ObjectStoreCase {
  return {
    name,
    async run({ objects }) {
      const prefix = freshPrefix();
      for (const key of keys) await objects.put(`${prefix}${key}`, utf8(`the object ${key}`));
      for (const key of keys) {
        expectBytes(await read(objects, `${prefix}${key}`), utf8(`the object ${key}`));
        expect((await objects.stat(`${prefix}${key}`))?.key).toBe(`${prefix}${key}`);
      }
      expect(await keysUnder(objects, prefix)).toEqual([...keys].sort(compareUtf8));
      await objects.delete(keys.map((key) => `${prefix}${key}`));
      expect(await keysUnder(objects, prefix)).toEqual([]);
    },
  };
}

export const keys: readonly ObjectStoreCase[] = [
  keeps('keeps odd keys exactly, and in the order of their bytes', oddKeys),
  keeps('keeps keys that are no paths of a folder', unlikePaths),
  {
    name: 'keeps keys of 1,024 bytes',
    async run({ objects }) {
      const prefix = freshPrefix();
      const room = 1024 - utf8Length(prefix);
      const keys = ['a', 'part/', 'ü', '🚲'].map((unit) => {
        return prefix + unit.repeat(Math.floor(room / utf8Length(unit)));
      });
      for (const key of keys) await objects.put(key, utf8(key));
      for (const key of keys) expectBytes(await read(objects, key), utf8(key));
      expect(new Set((await collect(objects.list(prefix))).map(({ key }) => key))).toEqual(new Set(keys));
    },
  },
  {
    name: 'lists nothing where nothing is',
    async run({ objects }) {
      expect(await keysUnder(objects, freshPrefix())).toEqual([]);
    },
  },
  {
    name: 'lists keys that start with a text, whatever follows',
    async run({ objects }) {
      const prefix = freshPrefix();
      for (const key of ['images', 'images/a', 'images/b/c', 'images2', 'image', 'other']) {
        await objects.put(`${prefix}${key}`, utf8(key));
      }
      const under = async (text: string) =>
        (await keysUnder(objects, `${prefix}${text}`)).map((key) => `${text}${key}`);
      expect(await under('images')).toEqual(['images', 'images/a', 'images/b/c', 'images2']);
      expect(await under('images/')).toEqual(['images/a', 'images/b/c']);
      expect(await under('images/b')).toEqual(['images/b/c']);
      expect(await under('images/a/')).toEqual([]);
    },
  },
  {
    name: 'lists the sizes of objects',
    async run({ objects }) {
      const prefix = freshPrefix();
      await objects.put(`${prefix}a`, new Uint8Array(0));
      await objects.put(`${prefix}b`, new Uint8Array(70_000));
      expect((await collect(objects.list(prefix))).map(({ size }) => size)).toEqual([0, 70_000]);
    },
  },
  {
    name: 'lists 1,001 objects in order, without a cut',
    async run({ objects }) {
      const prefix = freshPrefix();
      const keys = Array.from({ length: 1001 }, (_, n) => `${n % 7}/${n}`);
      for (let at = 0; at < keys.length; at += 50) {
        await Promise.all(keys.slice(at, at + 50).map((key) => objects.put(`${prefix}${key}`, utf8(key))));
      }
      expect(await keysUnder(objects, prefix)).toEqual(keys.sort(compareUtf8));
    },
  },
  {
    name: 'deletes the objects it is told to, and no others',
    async run({ objects }) {
      const prefix = freshPrefix();
      for (const key of ['a', 'a/b', 'ab', 'c']) await objects.put(`${prefix}${key}`, utf8(key));
      await objects.delete([`${prefix}a`, `${prefix}c`]);
      expect(await keysUnder(objects, prefix)).toEqual(['a/b', 'ab']);
      expect(await objects.stat(`${prefix}a`)).toBeUndefined();
    },
  },
  {
    name: 'deletes what is not there without an error',
    async run({ objects }) {
      const prefix = freshPrefix();
      await objects.put(`${prefix}a`, utf8('a'));
      await objects.delete([`${prefix}gone`, `${prefix}a`, `${prefix}a`]);
      await objects.delete([]);
      expect(await keysUnder(objects, prefix)).toEqual([]);
    },
  },
  {
    name: 'deletes 1,001 objects whose keys come one by one',
    async run({ objects }) {
      const prefix = freshPrefix();
      const keys = Array.from({ length: 1001 }, (_, n) => `${prefix}${n}`);
      for (let at = 0; at < keys.length; at += 50) {
        await Promise.all(keys.slice(at, at + 50).map((key) => objects.put(key, utf8(key))));
      }
      async function* later() {
        yield* keys;
      }
      await objects.delete(later());
      expect(await keysUnder(objects, prefix)).toEqual([]);
    },
  },
];
