import type { Source } from '@cairn/core';
import { expect } from 'vitest';
import { failureOf } from '../expect-cairn-error.js';
import { expectAborted, expectBytes, freshBytes } from '../helpers.js';
import { type BlobStoreCase, digestOf, ofBytes, ofStream, putBytes, read } from './fixture.js';

/** More sources than anyone may take; they note how many were taken, and whether they were closed. */
function tooMany(bytesOf: (index: number) => Source) {
  const seen = { taken: 0, closed: false };
  async function* sources() {
    try {
      while (seen.taken < 3000) yield bytesOf(seen.taken++);
      throw new Error('the store went on and on');
    } finally {
      // An end by the error above is none by the store.
      seen.closed = seen.taken < 3000;
    }
  }
  return { seen, sources: sources() };
}

const boom = new Error('the stream broke');

function breakingStream(before: Uint8Array): Source {
  return ofStream(async function* () {
    yield before;
    throw boom;
  });
}

export const failing: readonly BlobStoreCase[] = [
  {
    name: "keeps a stream's own error",
    async run({ blobs }) {
      const error = await failureOf(blobs.put([breakingStream(freshBytes(10))]));
      expect([error, (error as Error).cause]).toContain(boom);
    },
  },
  {
    name: 'stores nothing of a stream that breaks',
    async run({ blobs }) {
      const before = freshBytes(100_000);
      await failureOf(blobs.put([breakingStream(before)]));
      expect((await blobs.has([await digestOf(blobs, before)])).size).toBe(0);
    },
  },
  {
    name: 'takes no more sources after one that fails',
    async run({ blobs }) {
      const { seen, sources } = tooMany((index) =>
        index === 2 ? breakingStream(freshBytes(10)) : ofBytes(freshBytes(10)),
      );
      await failureOf(blobs.put(sources));
      expect(seen.closed).toBe(true);
    },
  },
  {
    name: 'works on after a failure',
    async run({ blobs }) {
      await failureOf(blobs.put([breakingStream(freshBytes(10))]));
      const bytes = freshBytes(10);
      expectBytes(await read(blobs, (await putBytes(blobs, bytes)).digest), bytes);
    },
  },
  {
    name: 'takes no more sources once the caller breaks off',
    async run({ blobs }) {
      const { seen, sources } = tooMany(() => ofBytes(freshBytes(10)));
      for await (const _ of blobs.put(sources)) break;
      expect(seen.closed).toBe(true);
      const taken = seen.taken;
      await putBytes(blobs, freshBytes(10));
      expect(seen.taken).toBe(taken);
    },
  },
  {
    name: 'takes no source when aborted before',
    async run({ blobs }) {
      const { seen, sources } = tooMany(() => ofBytes(freshBytes(10)));
      await expectAborted((signal) => blobs.put(sources, { signal }));
      expect(seen.taken).toBe(0);
    },
  },
  {
    name: 'rejects with the reason when aborted between sources',
    async run({ blobs }) {
      const controller = new AbortController();
      const reason = new Error('the caller has changed its mind');
      const { seen, sources } = tooMany((index) => {
        if (index === 5) controller.abort(reason);
        return ofBytes(freshBytes(10));
      });
      expect(await failureOf(blobs.put(sources, { signal: controller.signal }))).toBe(reason);
      expect(seen.closed).toBe(true);
    },
  },
  {
    name: 'stores nothing of a stream during which it is aborted',
    async run({ blobs }) {
      const controller = new AbortController();
      const reason = new Error('the caller has changed its mind');
      const [first, second] = [freshBytes(1000), freshBytes(1000)];
      const stream = ofStream(async function* () {
        yield first;
        controller.abort(reason);
        yield second;
      });
      expect(await failureOf(blobs.put([stream], { signal: controller.signal }))).toBe(reason);
      const whole = await digestOf(blobs, Uint8Array.of(...first, ...second));
      expect((await blobs.has([await digestOf(blobs, first), whole])).size).toBe(0);
    },
  },
];
