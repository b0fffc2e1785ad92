import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectStore, SignedRequest } from '@cairn/core';
import { expect } from 'vitest';
import { expectBytes, freshBytes } from '../helpers.js';
import { freshPrefix, type ObjectStoreCase, read } from './fixture.js';
import { expectRefused, send } from './signed-request.js';

const requires = ['signed'] as const;

async function sign(
  objects: ObjectStore,
  key: string,
  range: { readonly start: number; readonly end: number },
  seconds = 300,
): Promise<SignedRequest> {
  const signed = await objects.signRead?.(key, range, { seconds });
  if (signed === undefined) throw new Error('nothing was signed');
  return signed;
}

/** What signed requests are good for, and what not. The bucket they are for has to check them. */
export const signing: readonly ObjectStoreCase[] = [
  {
    name: 'signs a request for a range, which needs no credentials',
    requires,
    async run({ objects }) {
      const key = `${freshPrefix()}a b/ü+`;
      const bytes = freshBytes(100_000);
      await objects.put(key, bytes);
      for (const range of [
        { start: 0, end: 1 },
        { start: 10, end: 70_000 },
        { start: 99_999, end: 100_000 },
      ]) {
        const answer = await send(await sign(objects, key, range));
        expect(answer.status).toBe(206);
        expectBytes(new Uint8Array(await answer.arrayBuffer()), bytes.subarray(range.start, range.end));
      }
    },
  },
  {
    name: 'signs for one range alone',
    requires,
    async run({ objects }) {
      const key = `${freshPrefix()}a`;
      await objects.put(key, freshBytes(1000));
      const signed = await sign(objects, key, { start: 100, end: 200 });
      for (const range of ['bytes=0-999', 'bytes=100-200', 'bytes=99-199', 'bytes=-1000', 'bytes=0-']) {
        await expectRefused({ ...signed, headers: { ...signed.headers, range } });
      }
      await expectRefused({ ...signed, headers: {} });
    },
  },
  {
    name: 'signs for one object and for reading alone',
    requires,
    async run({ objects }) {
      const [key, other] = [`${freshPrefix()}a`, `${freshPrefix()}a`];
      const bytes = freshBytes(1000);
      await objects.put(key, bytes);
      await objects.put(other, bytes);
      const signed = await sign(objects, key, { start: 0, end: 1000 });
      await expectRefused({ ...signed, url: signed.url.replace(key, other) });
      for (const method of ['PUT', 'DELETE']) await expectRefused({ ...signed, method });
      expectBytes(await read(objects, key), bytes);
    },
  },
  {
    name: 'signs all of the URL, its time too',
    requires,
    async run({ objects }) {
      const key = `${freshPrefix()}a`;
      await objects.put(key, freshBytes(1000));
      const signed = await sign(objects, key, { start: 0, end: 10 });
      for (const [name, value] of new URL(signed.url).searchParams) {
        const changed = new URL(signed.url);
        changed.searchParams.set(name, /^\d+$/.test(value) ? String(Number(value) + 1) : `${value}0`);
        await expectRefused({ ...signed, url: changed.href });
      }
    },
  },
  {
    name: 'signs for no longer than it is told',
    requires,
    async run({ objects }) {
      const prefix = freshPrefix();
      const key = `${prefix}a`;
      const bytes = freshBytes(10);
      await objects.put(key, bytes);
      const signed = await sign(objects, key, { start: 0, end: 10 }, 1);
      const write = await objects.signWrite?.(`${prefix}b`, bytes.length, { seconds: 1 });
      const patience = Date.now() + 8000;
      while ((await send(signed)).status === 206 && Date.now() < patience) await sleep(200);
      await expectRefused(signed);
      if (write !== undefined) await expectRefused(write, bytes);
    },
  },
];
