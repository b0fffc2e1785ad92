import { expect } from 'vitest';
import { expectCairnError, failureOf } from '../expect-cairn-error.js';
import { chunked, expectAborted, expectBytes, freshBytes } from '../helpers.js';
import { freshPrefix, keysUnder, type ObjectStoreCase, read } from './fixture.js';

export const writing: readonly ObjectStoreCase[] = [
  {
    name: 'writes an object, and says how large it is',
    async run({ objects }) {
      const key = `${freshPrefix()}a`;
      const bytes = freshBytes(100_000);
      expect(await objects.put(key, bytes)).toEqual({ key, size: 100_000 });
      expectBytes(await read(objects, key), bytes);
      expect(await objects.stat(key)).toEqual({ key, size: 100_000 });
    },
  },
  {
    name: 'writes an object without bytes',
    async run({ objects }) {
      const key = `${freshPrefix()}empty`;
      await objects.put(key, new Uint8Array());
      expect(await objects.stat(key)).toEqual({ key, size: 0 });
      expect((await read(objects, key)).length).toBe(0);
    },
  },
  {
    name: 'writes a stream of several MiB',
    async run({ objects }) {
      const key = `${freshPrefix()}stream`;
      const bytes = freshBytes(9 * 1024 * 1024 + 5);
      expect(await objects.put(key, chunked(bytes, 99_991))).toEqual({ key, size: bytes.length });
      expectBytes(await read(objects, key), bytes);
    },
  },
  {
    name: 'writes a stream without bytes',
    async run({ objects }) {
      const key = `${freshPrefix()}stream`;
      expect(await objects.put(key, chunked(new Uint8Array(), 1))).toEqual({ key, size: 0 });
      expect(await objects.stat(key)).toEqual({ key, size: 0 });
    },
  },
  {
    name: 'keeps bytes of its own',
    async run({ objects }) {
      const key = `${freshPrefix()}a`;
      const before = freshBytes(1000);
      // A Buffer, since its slice is no copy.
      const bytes = Buffer.from(before);
      await objects.put(key, bytes);
      bytes.fill(0);
      expectBytes(await read(objects, key), before);
    },
  },
  {
    name: 'replaces an object',
    async run({ objects }) {
      const key = `${freshPrefix()}a`;
      for (const size of [1000, 10, 2000]) {
        const bytes = freshBytes(size);
        await objects.put(key, bytes);
        expectBytes(await read(objects, key), bytes);
        expect((await objects.stat(key))?.size).toBe(size);
      }
    },
  },
  {
    name: 'refuses to replace an object where it is to be absent',
    async run({ objects }) {
      const key = `${freshPrefix()}a`;
      const bytes = freshBytes(10);
      await objects.put(key, bytes, { ifAbsent: true });
      await expectCairnError(objects.put(key, freshBytes(10), { ifAbsent: true }), 'conflict');
      await expectCairnError(objects.put(key, chunked(freshBytes(10), 3), { ifAbsent: true }), 'conflict');
      expectBytes(await read(objects, key), bytes);
    },
  },
  {
    name: 'lets one of 20 callers win who write an absent object at once',
    async run({ objects }) {
      const key = `${freshPrefix()}a`;
      const bodies = Array.from({ length: 20 }, () => freshBytes(10_000));
      const results = await Promise.allSettled(
        bodies.map((bytes, n) =>
          objects.put(key, n % 2 === 0 ? bytes : chunked(bytes, 1000), { ifAbsent: true }),
        ),
      );
      const winners = results.flatMap(({ status }, n) => (status === 'fulfilled' ? [n] : []));
      expect(winners.length).toBe(1);
      expectBytes(await read(objects, key), bodies[winners[0] ?? 0] as Uint8Array);
      for (const result of results) {
        if (result.status === 'rejected') await expectCairnError(Promise.reject(result.reason), 'conflict');
      }
    },
  },
  {
    name: 'shows one whole object where many are written at once',
    async run({ objects }) {
      const key = `${freshPrefix()}a`;
      await objects.put(key, new Uint8Array(50_000));
      const writes = Array.from({ length: 10 }, (_, n) => {
        return objects.put(key, chunked(new Uint8Array(50_000).fill(n), 1000));
      });
      for (let n = 0; n < 10; n++) {
        const bytes = await read(objects, key);
        expect([bytes.length, new Set(bytes).size]).toEqual([50_000, 1]);
      }
      await Promise.all(writes);
      const bytes = await read(objects, key);
      expect([bytes.length, new Set(bytes).size]).toEqual([50_000, 1]);
    },
  },
  {
    name: 'leaves the object that was there when a body breaks',
    async run({ objects }) {
      const prefix = freshPrefix();
      const before = freshBytes(1000);
      await objects.put(`${prefix}a`, before);
      const boom = new Error('the stream broke');
      for (const name of ['a', 'b']) {
        const body = async function* () {
          yield freshBytes(100_000);
          throw boom;
        };
        const error = await failureOf(objects.put(`${prefix}${name}`, body()));
        expect([error, (error as Error).cause]).toContain(boom);
      }
      expectBytes(await read(objects, `${prefix}a`), before);
      expect(await keysUnder(objects, prefix)).toEqual(['a']);
    },
  },
  {
    name: 'leaves the object that was there when it is aborted',
    async run({ objects }) {
      const prefix = freshPrefix();
      const before = freshBytes(1000);
      await objects.put(`${prefix}a`, before);
      await expectAborted((signal) => objects.put(`${prefix}a`, freshBytes(10), { signal }));
      const controller = new AbortController();
      const reason = new Error('the caller has changed its mind');
      const body = async function* () {
        yield freshBytes(100_000);
        controller.abort(reason);
        yield freshBytes(100_000);
      };
      for (const name of ['a', 'b']) {
        const error = await failureOf(objects.put(`${prefix}${name}`, body(), { signal: controller.signal }));
        expect(error).toBe(reason);
      }
      expectBytes(await read(objects, `${prefix}a`), before);
      expect(await keysUnder(objects, prefix)).toEqual(['a']);
    },
  },
  {
    name: 'keeps objects for the next process',
    requires: ['reopen'],
    async run({ objects, reopen }) {
      const key = `${freshPrefix()}a`;
      const bytes = freshBytes(1000);
      await objects.put(key, bytes);
      const next = await reopen?.();
      if (next === undefined) return expect.fail('no store');
      expectBytes(await read(next, key), bytes);
    },
  },
];
