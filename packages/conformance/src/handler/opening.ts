import { expect } from 'vitest';
import { expectCairnError } from '../expect-cairn-error.js';
import { expectAbortedRead, expectBytes, expectStream, freshBytes, utf8 } from '../helpers.js';
import { freshFolder, type HandlerCase, read, referTo } from './fixture.js';
import { settled } from './prefixes.js';

export const opening: readonly HandlerCase[] = [
  {
    name: 'reads several MiB',
    async run({ handler, put }) {
      const bytes = freshBytes(5 * 1024 * 1024 + 3);
      const uri = await put(`${freshFolder()}/big.bin`, bytes);
      await expectStream(handler.open(await referTo(handler, uri)), bytes);
    },
  },
  {
    name: 'reads a part, in the manner of slice',
    async run({ handler, put }) {
      const bytes = freshBytes(200_000);
      const reference = await referTo(handler, await put(`${freshFolder()}/a.bin`, bytes));
      for (const [start, end] of [
        [0, 1],
        [0, 200_000],
        [65_535, 65_537],
        [100_000, undefined],
        [199_990, 500_000],
      ] as const) {
        expectBytes(await read(handler, reference, { start, end }), bytes.subarray(start, end));
      }
    },
  },
  {
    name: 'reads nothing of a range that starts at the end or after it, or is empty',
    async run({ handler, put }) {
      const reference = await referTo(handler, await put(`${freshFolder()}/a.bin`, freshBytes(1000)));
      for (const range of [{ start: 1000 }, { start: 5000, end: 6000 }, { start: 10, end: 10 }]) {
        expect((await read(handler, reference, range)).length).toBe(0);
      }
    },
  },
  {
    name: 'serves 100 callers at the same time',
    async run({ handler, put }) {
      const folder = freshFolder();
      const files = await Promise.all(
        Array.from({ length: 10 }, async (_, n) => {
          const bytes = freshBytes(20_000 + n);
          return { bytes, uri: await put(`${folder}/${n}.bin`, bytes) };
        }),
      );
      const callers = Array.from({ length: 10 }, () => files).flat();
      await Promise.all(
        callers.map(async ({ uri, bytes }) => expectStream(handler.open(await referTo(handler, uri)), bytes)),
      );
    },
  },
  {
    name: 'can be read again after a reader broke off',
    async run({ handler, put }) {
      const bytes = freshBytes(3_000_000);
      const reference = await referTo(handler, await put(`${freshFolder()}/a.bin`, bytes));
      for (let i = 0; i < 5; i++) for await (const _ of handler.open(reference)) break;
      await expectStream(handler.open(reference), bytes);
    },
  },
  {
    name: 'lets go of everything when a reader breaks off or comes to the end',
    requires: ['openConnections'],
    async run(fixture) {
      const { handler, put } = fixture;
      const reference = await referTo(handler, await put(`${freshFolder()}/a.bin`, freshBytes(3_000_000)));
      for await (const _ of handler.open(reference)) break;
      await read(handler, reference);
      expect(await settled(fixture)).toBe(0);
    },
  },
  {
    name: 'never ends an aborted read as if it were whole',
    async run({ handler, put }) {
      const bytes = freshBytes(5 * 1024 * 1024);
      const reference = await referTo(handler, await put(`${freshFolder()}/a.bin`, bytes));
      await expectAbortedRead((signal) => handler.open(reference, { signal }), bytes);
    },
  },
  {
    name: 'never ends a body that was cut as if it were whole',
    requires: ['cutBody'],
    async run({ handler, put, cutBody }) {
      const uri = await put(`${freshFolder()}/a.bin`, freshBytes(300_000));
      const reference = await referTo(handler, uri);
      await cutBody?.(uri);
      await expectCairnError(handler.open(reference), 'unavailable', 'timeout', 'integrity_mismatch');
    },
  },
  {
    name: 'finds bytes that are not those of the recorded digest',
    requires: ['contentDigest', 'corruptBody'],
    async run({ handler, put, corruptBody }) {
      const uri = await put(`${freshFolder()}/a.bin`, freshBytes(300_000));
      const reference = await referTo(handler, uri);
      await corruptBody?.(uri);
      await expectCairnError(handler.open(reference), 'integrity_mismatch', 'reference_changed');
    },
  },
  {
    name: 'gives no other bytes than those it observed once the object has changed',
    requires: ['change'],
    async run({ handler, put, change, capabilities }) {
      const bytes = freshBytes(1000);
      const uri = await put(`${freshFolder()}/a.bin`, bytes);
      const reference = await referTo(handler, uri);
      await change?.(uri, freshBytes(1000));
      if (capabilities?.includes('versioned')) return expectStream(handler.open(reference), bytes);
      const chunks: Uint8Array[] = [];
      const reading = async () => {
        for await (const chunk of handler.open(reference)) chunks.push(chunk);
      };
      await expectCairnError(reading(), 'reference_changed');
    },
  },
  {
    name: 'gives what it observed, or says that it is missing, once the object is removed',
    requires: ['remove'],
    async run({ handler, put, remove, capabilities }) {
      const bytes = freshBytes(1000);
      const uri = await put(`${freshFolder()}/a.bin`, bytes);
      const reference = await referTo(handler, uri);
      await remove?.(uri);
      if (capabilities?.includes('versioned')) await expectStream(handler.open(reference), bytes);
      else await expectCairnError(handler.open(reference), 'not_found');
    },
  },
  {
    name: 'reads the new bytes of an object that was observed again',
    requires: ['change'],
    async run({ handler, put, change }) {
      const uri = await put(`${freshFolder()}/a.txt`, utf8('before'));
      const before = await referTo(handler, uri);
      await change?.(uri, utf8('after!'));
      const after = await referTo(handler, uri);
      expect(after.digest).not.toBe(before.digest);
      await expectStream(handler.open(after), utf8('after!'));
    },
  },
  {
    name: "refuses a foreign reference to this user's own files or network",
    requires: ['private'],
    async run({ handler, put }) {
      const reference = await referTo(handler, await put(`${freshFolder()}/secret.txt`, utf8('secret')));
      await expectCairnError(handler.open(reference, { foreign: true }), 'scheme_refused');
    },
  },
];
