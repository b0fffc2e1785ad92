import { expect } from 'vitest';
import { expectCairnError } from '../expect-cairn-error.js';
import { expectAborted, expectAbortedRead, expectBytes, expectStream, freshBytes } from '../helpers.js';
import { type BlobStoreCase, digestOf, putBytes, read } from './fixture.js';

export const reading: readonly BlobStoreCase[] = [
  {
    name: 'says which of many blobs are here',
    async run({ blobs }) {
      const here = await putBytes(blobs, freshBytes(10));
      const other = await digestOf(blobs, freshBytes(10));
      expect([...(await blobs.has([other, here.digest, here.digest]))]).toEqual([here.digest]);
      expect((await blobs.has([])).size).toBe(0);
    },
  },
  {
    name: 'has no blob it was not given',
    async run({ blobs }) {
      await expectCairnError(blobs.open(await digestOf(blobs, freshBytes(10))), 'not_found');
    },
  },
  {
    name: 'reads a part, in the manner of slice',
    async run({ blobs }) {
      const bytes = freshBytes(200_000);
      const { digest } = await putBytes(blobs, bytes);
      for (const [start, end] of [
        [0, 1],
        [0, 200_000],
        [65_535, 65_537],
        [199_999, 200_000],
        [100_000, undefined],
      ] as const) {
        expectBytes(await read(blobs, digest, { start, end }), bytes.subarray(start, end));
      }
    },
  },
  {
    name: 'reads up to the end where a range goes beyond it',
    async run({ blobs }) {
      const bytes = freshBytes(1000);
      const { digest } = await putBytes(blobs, bytes);
      expectBytes(await read(blobs, digest, { start: 990, end: 5000 }), bytes.subarray(990));
    },
  },
  {
    name: 'reads nothing of a range that starts at the end or after it, or is empty',
    async run({ blobs }) {
      const { digest } = await putBytes(blobs, freshBytes(1000));
      for (const range of [{ start: 1000 }, { start: 5000, end: 6000 }, { start: 10, end: 10 }]) {
        expect((await read(blobs, digest, range)).length).toBe(0);
      }
    },
  },
  {
    name: 'reads a part of several MiB',
    async run({ blobs }) {
      const bytes = freshBytes(6 * 1024 * 1024);
      const { digest } = await putBytes(blobs, bytes);
      const range = { start: 1_000_001, end: 5_000_003 };
      expectBytes(await read(blobs, digest, range), bytes.subarray(range.start, range.end));
    },
  },
  {
    name: 'serves 50 readers at the same time',
    async run({ blobs }) {
      const bytes = freshBytes(300_000);
      const { digest } = await putBytes(blobs, bytes);
      await Promise.all(Array.from({ length: 50 }, () => expectStream(blobs.open(digest), bytes)));
    },
  },
  {
    name: 'can be read again after a reader broke off',
    async run({ blobs }) {
      const bytes = freshBytes(3_000_000);
      const { digest } = await putBytes(blobs, bytes);
      for (let i = 0; i < 20; i++) for await (const _ of blobs.open(digest)) break;
      await expectStream(blobs.open(digest), bytes);
    },
  },
  {
    name: 'gives every reader bytes of its own',
    async run({ blobs }) {
      const bytes = freshBytes(1000);
      const { digest } = await putBytes(blobs, bytes);
      for await (const chunk of blobs.open(digest)) chunk.fill(0);
      await expectStream(blobs.open(digest), bytes);
    },
  },
  {
    name: 'reads nothing when aborted before',
    async run({ blobs }) {
      const { digest } = await putBytes(blobs, freshBytes(10));
      await expectAborted((signal) => blobs.open(digest, { signal }));
      await expectAborted((signal) => blobs.has([digest], { signal }));
    },
  },
  {
    name: 'never ends an aborted read as if it were whole',
    async run({ blobs }) {
      const bytes = freshBytes(8 * 1024 * 1024);
      const { digest } = await putBytes(blobs, bytes);
      await expectAbortedRead((signal) => blobs.open(digest, { signal }), bytes);
    },
  },
];
