import { expect } from 'vitest';
import { expectCairnError } from '../expect-cairn-error.js';
import { expectAborted, expectAbortedRead, expectBytes, expectStream, freshBytes } from '../helpers.js';
import { freshPrefix, keysUnder, type ObjectStoreCase, read } from './fixture.js';

export const reading: readonly ObjectStoreCase[] = [
  {
    name: 'has no object it was not given',
    async run({ objects }) {
      const key = `${freshPrefix()}a`;
      expect(await objects.stat(key)).toBeUndefined();
      await expectCairnError(objects.open(key), 'not_found');
      await objects.put(`${key}/b`, freshBytes(1));
      expect(await objects.stat(key)).toBeUndefined();
      await expectCairnError(objects.open(key), 'not_found');
    },
  },
  {
    name: 'reads a part, in the manner of slice',
    async run({ objects }) {
      const key = `${freshPrefix()}a`;
      const bytes = freshBytes(200_000);
      await objects.put(key, bytes);
      for (const [start, end] of [
        [0, 1],
        [0, 200_000],
        [65_535, 65_537],
        [199_999, 200_000],
        [100_000, undefined],
      ] as const) {
        expectBytes(await read(objects, key, { start, end }), bytes.subarray(start, end));
      }
    },
  },
  {
    name: 'reads up to the end where a range goes beyond it',
    async run({ objects }) {
      const key = `${freshPrefix()}a`;
      const bytes = freshBytes(1000);
      await objects.put(key, bytes);
      expectBytes(await read(objects, key, { start: 990, end: 5000 }), bytes.subarray(990));
    },
  },
  {
    name: 'reads nothing of a range that starts at the end or after it, or is empty',
    async run({ objects }) {
      const key = `${freshPrefix()}a`;
      await objects.put(key, freshBytes(1000));
      for (const range of [{ start: 1000 }, { start: 5000, end: 6000 }, { start: 10, end: 10 }]) {
        expect((await read(objects, key, range)).length).toBe(0);
      }
    },
  },
  {
    name: 'finds that an object is missing also where a range would be empty',
    async run({ objects }) {
      const key = `${freshPrefix()}a`;
      await expectCairnError(objects.open(key, { range: { start: 5, end: 5 } }), 'not_found');
    },
  },
  {
    name: 'serves 30 readers at the same time',
    async run({ objects }) {
      const key = `${freshPrefix()}a`;
      const bytes = freshBytes(300_000);
      await objects.put(key, bytes);
      await Promise.all(Array.from({ length: 30 }, () => expectStream(objects.open(key), bytes)));
    },
  },
  {
    name: 'can be read again after a reader broke off',
    async run({ objects }) {
      const key = `${freshPrefix()}a`;
      const bytes = freshBytes(3_000_000);
      await objects.put(key, bytes);
      for (let i = 0; i < 20; i++) for await (const _ of objects.open(key)) break;
      await expectStream(objects.open(key), bytes);
    },
  },
  {
    name: 'gives every reader bytes of its own',
    async run({ objects }) {
      const key = `${freshPrefix()}a`;
      const bytes = freshBytes(1000);
      await objects.put(key, bytes);
      for await (const chunk of objects.open(key)) chunk.fill(0);
      await expectStream(objects.open(key), bytes);
    },
  },
  {
    name: 'reads, lists and deletes nothing when aborted before',
    async run({ objects }) {
      const prefix = freshPrefix();
      const key = `${prefix}a`;
      await objects.put(key, freshBytes(10));
      await expectAborted((signal) => objects.open(key, { signal }));
      await expectAborted((signal) => objects.stat(key, { signal }));
      await expectAborted((signal) => objects.list(prefix, { signal }));
      await expectAborted((signal) => objects.delete([key], { signal }));
      expect(await keysUnder(objects, prefix)).toEqual(['a']);
    },
  },
  {
    name: 'never ends an aborted read as if it were whole',
    async run({ objects }) {
      const key = `${freshPrefix()}a`;
      const bytes = freshBytes(8 * 1024 * 1024);
      await objects.put(key, bytes);
      await expectAbortedRead((signal) => objects.open(key, { signal }), bytes);
    },
  },
];
