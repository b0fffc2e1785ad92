import type { ObjectStore, SignedRequest } from '@cairn/core';
import { expect } from 'vitest';
import { expectCairnError } from '../expect-cairn-error.js';
import { expectBytes, freshBytes } from '../helpers.js';
import { freshPrefix, keysUnder, type ObjectStoreCase, read } from './fixture.js';
import { expectRefused, send } from './signed-request.js';

const requires = ['signedWrites'] as const;

async function sign(objects: ObjectStore, key: string, bytes: number): Promise<SignedRequest> {
  const signed = await objects.signWrite?.(key, bytes, { seconds: 300 });
  if (signed === undefined) throw new Error('nothing was signed');
  return signed;
}

/** What signed writes are good for, and what not. The bucket they are for has to check them. */
export const signedWriting: readonly ObjectStoreCase[] = [
  {
    name: 'signs a write, which needs no credentials',
    requires,
    async run({ objects }) {
      const key = `${freshPrefix()}a b/ü+`;
      const bytes = freshBytes(100_000);
      const answer = await send(await sign(objects, key, bytes.length), bytes);
      expect(answer.status).toBeGreaterThanOrEqual(200);
      expect(answer.status).toBeLessThan(300);
      expectBytes(await read(objects, key), bytes);
    },
  },
  {
    name: 'signs a write of one length alone',
    requires,
    async run({ objects }) {
      const prefix = freshPrefix();
      const signed = await sign(objects, `${prefix}a`, 1000);
      for (const length of [999, 1001, 0, 5000]) await expectRefused(signed, freshBytes(length));
      expect(await keysUnder(objects, prefix)).toEqual([]);
    },
  },
  {
    name: 'signs a write of one object alone, and no reading or deleting',
    requires,
    async run({ objects }) {
      const [prefix, key] = [freshPrefix(), `${freshPrefix()}a`];
      const bytes = freshBytes(1000);
      await objects.put(key, bytes);
      const signed = await sign(objects, key, bytes.length);
      await expectRefused({ ...signed, url: signed.url.replace(key, `${prefix}a`) }, bytes);
      for (const method of ['GET', 'DELETE']) await expectRefused({ ...signed, method });
      expect(await keysUnder(objects, prefix)).toEqual([]);
      expectBytes(await read(objects, key), bytes);
    },
  },
  {
    name: 'signs no write of what is there already',
    requires,
    async run({ objects }) {
      const key = `${freshPrefix()}a`;
      const bytes = freshBytes(1000);
      const signed = await sign(objects, key, bytes.length);
      await send(signed, bytes);
      await expectRefused(signed, freshBytes(1000));
      await expectRefused({ ...signed, headers: {} }, freshBytes(1000));
      expectBytes(await read(objects, key), bytes);
    },
  },
  {
    name: 'signs all of the URL of a write, its time too',
    requires,
    async run({ objects }) {
      const prefix = freshPrefix();
      const signed = await sign(objects, `${prefix}a`, 1000);
      for (const [name, value] of new URL(signed.url).searchParams) {
        const changed = new URL(signed.url);
        changed.searchParams.set(name, /^\d+$/.test(value) ? String(Number(value) + 1) : `${value}0`);
        await expectRefused({ ...signed, url: changed.href }, freshBytes(1000));
      }
      expect(await keysUnder(objects, prefix)).toEqual([]);
    },
  },
  {
    name: 'copies an object, and replaces what is there',
    requires,
    async run({ objects }) {
      const prefix = freshPrefix();
      const [from, to] = [`${prefix}a b/ü+`, `${prefix}b`];
      for (const bytes of [freshBytes(100_000), freshBytes(10)]) {
        await objects.put(from, bytes);
        await objects.copy?.(from, to);
        expectBytes(await read(objects, to), bytes);
        expectBytes(await read(objects, from), bytes);
      }
    },
  },
  {
    name: 'copies no object that is not there',
    requires,
    async run({ objects }) {
      const prefix = freshPrefix();
      const copied = objects.copy?.(`${prefix}a`, `${prefix}b`) ?? Promise.resolve();
      await expectCairnError(copied, 'not_found');
      expect(await keysUnder(objects, prefix)).toEqual([]);
    },
  },
];
