import { expect } from 'vitest';
import { collect, expectBytes, freshBytes } from '../helpers.js';
import { type BlobStoreCase, ofBytes, putAll, putBytes, read } from './fixture.js';

export const batches: readonly BlobStoreCase[] = [
  {
    name: 'yields one result for each of 1,000 sources, with its index',
    async run({ blobs }) {
      const all = Array.from({ length: 1000 }, (_, index) => freshBytes(index));
      const results = await putAll(blobs, all.map(ofBytes));
      expect(results.map(({ index, size }) => [index, size])).toEqual([...all.keys()].map((n) => [n, n]));
    },
  },
  {
    name: 'has all of 1,000 blobs once the iteration has ended',
    async run({ blobs }) {
      const all = Array.from({ length: 1000 }, () => freshBytes(20));
      const digests = (await putAll(blobs, all.map(ofBytes))).map(({ digest }) => digest);
      expect((await blobs.has(digests)).size).toBe(1000);
    },
  },
  {
    name: 'takes sources as they come',
    async run({ blobs }) {
      const all = [1, 2, 3, 4, 5].map(() => freshBytes(10));
      async function* later() {
        for (const bytes of all) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          yield ofBytes(bytes);
        }
      }
      const results = await collect(blobs.put(later()));
      expect(results.map(({ index }) => index).sort()).toEqual([0, 1, 2, 3, 4]);
    },
  },
  {
    name: 'calls a blob created when it was not there before',
    async run({ blobs }) {
      expect((await putBytes(blobs, freshBytes(100))).created).toBe(true);
    },
  },
  {
    name: 'does not call a blob created that it had already',
    async run({ blobs }) {
      const bytes = freshBytes(100);
      const first = await putBytes(blobs, bytes);
      const second = await putBytes(blobs, bytes);
      expect(second).toEqual({ ...first, created: false });
    },
  },
  {
    name: 'creates equal bytes in one batch once',
    async run({ blobs }) {
      const bytes = freshBytes(100);
      const results = await putAll(blobs, [ofBytes(bytes), ofBytes(freshBytes(9)), ofBytes(bytes.slice())]);
      const equal = results.filter(({ index }) => index !== 1);
      expect(new Set(equal.map(({ digest }) => digest)).size).toBe(1);
      expect(equal.filter(({ created }) => created).length).toBe(1);
    },
  },
  {
    name: 'lets 20 callers put the same bytes at the same time',
    async run({ blobs }) {
      const bytes = freshBytes(200_000);
      const results = await Promise.all(Array.from({ length: 20 }, () => putBytes(blobs, bytes.slice())));
      const digests = new Set(results.map(({ digest }) => digest));
      expect(digests.size).toBe(1);
      expect(results.some(({ created }) => created)).toBe(true);
      for (const digest of digests) expectBytes(await read(blobs, digest), bytes);
    },
  },
  {
    name: 'keeps blobs for the next process',
    requires: ['reopen'],
    async run({ blobs, reopen }) {
      const bytes = freshBytes(100_000);
      const { digest } = await putBytes(blobs, bytes);
      const next = await reopen?.();
      if (next === undefined) return expect.fail('no store');
      expectBytes(await read(next, digest), bytes);
    },
  },
];
