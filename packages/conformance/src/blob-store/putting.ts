import { expect } from 'vitest';
import { chunked, expectBytes, freshBytes } from '../helpers.js';
import { type BlobStoreCase, digestOf, ofBytes, ofStream, putAll, putBytes, read } from './fixture.js';

/** Sizes at which buffers, blocks and chunks begin and end. */
const edges = [512, 4096, 16_384, 65_536, 262_144, 1_048_576].flatMap((size) => [size - 1, size, size + 1]);

export const putting: readonly BlobStoreCase[] = [
  {
    name: 'takes an empty batch',
    async run({ blobs }) {
      expect(await putAll(blobs, [])).toEqual([]);
    },
  },
  {
    name: 'stores a blob without bytes',
    async run({ blobs }) {
      const { digest, size } = await putBytes(blobs, new Uint8Array());
      expect(size).toBe(0);
      expect((await blobs.has([digest])).has(digest)).toBe(true);
      expectBytes(await read(blobs, digest), new Uint8Array());
    },
  },
  {
    name: 'stores a stream without bytes',
    async run({ blobs }) {
      const [result] = await putAll(blobs, [ofStream(() => chunked(new Uint8Array(), 1))]);
      if (result === undefined) return expect.fail('no result');
      expect(result.size).toBe(0);
      expectBytes(await read(blobs, result.digest), new Uint8Array());
    },
  },
  {
    name: 'stores a single byte',
    async run({ blobs }) {
      const { digest, size } = await putBytes(blobs, Uint8Array.of(0));
      expect(size).toBe(1);
      expectBytes(await read(blobs, digest), Uint8Array.of(0));
    },
  },
  {
    name: 'stores blobs of sizes at which buffers begin and end',
    async run({ blobs }) {
      const all = edges.map(freshBytes);
      const results = await putAll(blobs, all.map(ofBytes));
      for (const [index, bytes] of all.entries()) {
        const result = results[index];
        if (result === undefined) return expect.fail(`no result for ${bytes.length} bytes`);
        expect(result.size).toBe(bytes.length);
        expectBytes(await read(blobs, result.digest), bytes);
      }
    },
  },
  {
    name: 'stores a stream of several MiB in uneven chunks',
    async run({ blobs }) {
      const bytes = freshBytes(5 * 1024 * 1024 + 3);
      const [result] = await putAll(blobs, [ofStream(() => chunked(bytes, 99_991))]);
      if (result === undefined) return expect.fail('no result');
      expect(result.size).toBe(bytes.length);
      expectBytes(await read(blobs, result.digest), bytes);
    },
  },
  {
    name: 'names bytes by their digest, in its algorithm',
    async run({ blobs }) {
      const bytes = freshBytes(1000);
      const { digest } = await putBytes(blobs, bytes);
      expect(digest).toBe(await digestOf(blobs, bytes));
      expect(digest.startsWith(`${blobs.algorithm}:`)).toBe(true);
    },
  },
  {
    name: 'stores exactly the bytes of a view into a larger buffer',
    async run({ blobs }) {
      const view = freshBytes(64).subarray(7, 31);
      const { digest, size } = await putBytes(blobs, view);
      expect(size).toBe(24);
      expectBytes(await read(blobs, digest), view);
    },
  },
  {
    name: "leaves the caller's bytes alone, and keeps its own",
    async run({ blobs }) {
      const before = freshBytes(300_000);
      // A Buffer, since its slice is no copy.
      const bytes = Buffer.from(before);
      const { digest } = await putBytes(blobs, bytes);
      expectBytes(bytes, before);
      bytes.fill(0);
      expectBytes(await read(blobs, digest), before);
    },
  },
  {
    name: 'opens each stream once',
    async run({ blobs }) {
      let opened = 0;
      const open = () => {
        opened++;
        return chunked(freshBytes(100), 10);
      };
      await putAll(blobs, [ofStream(open)]);
      expect(opened).toBe(1);
    },
  },
  {
    name: 'counts the bytes that it handled',
    async run({ blobs }) {
      let handled = 0;
      const sources = [ofBytes(freshBytes(70_000)), ofStream(() => chunked(freshBytes(50_000), 7_000))];
      const onBytes = (count: number) => {
        handled += count;
      };
      for await (const _ of blobs.put(sources, { onBytes }));
      expect(handled).toBe(120_000);
    },
  },
];
