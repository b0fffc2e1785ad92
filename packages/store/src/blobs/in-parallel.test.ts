import { setTimeout as sleep } from 'node:timers/promises';
import { untilAborted } from '@cairn/core';
import { describe, expect, it } from 'vitest';
import { inParallel } from './in-parallel.js';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('working in parallel', () => {
  it('yields all results, each as it is done', async () => {
    const results = inParallel([30, 1, 15], 3, async (ms, index) => {
      await sleep(ms * 3);
      return index;
    });
    expect(await collect(results)).toEqual([1, 2, 0]);
  });

  it('works on no more than the limit at once, and on as many as that', async () => {
    let [now, most] = [0, 0];
    const results = inParallel(Array.from({ length: 50 }), 4, async () => {
      most = Math.max(most, ++now);
      await sleep(1);
      now--;
    });
    expect(await collect(results)).toHaveLength(50);
    expect(most).toBe(4);
  });

  it('yields what is done while it waits for the next item', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    async function* items() {
      yield 1;
      await held;
      yield 2;
    }
    const results = inParallel(items(), 4, async (item) => item);
    expect(await results.next()).toEqual({ done: false, value: 1 });
    release();
    expect(await results.next()).toEqual({ done: false, value: 2 });
  });

  it('waits after a failure for what is under way, and takes no more', async () => {
    const seen: string[] = [];
    function* items() {
      try {
        for (let i = 0; i < 100; i++) yield i;
      } finally {
        seen.push('closed');
      }
    }
    const results = inParallel(items(), 2, async (item) => {
      if (item === 1) throw new Error('boom');
      await sleep(20);
      seen.push(`done ${item}`);
    });
    await expect(collect(results)).rejects.toThrow('boom');
    expect(seen.sort()).toEqual(['closed', 'done 0']);
  });

  it("rejects with the items' own error", async () => {
    async function* items() {
      yield 1;
      throw new Error('no more');
    }
    await expect(collect(inParallel(items(), 2, async (item) => item))).rejects.toThrow('no more');
  });
});

describe('iterating until aborted', () => {
  it('ends with the reason, also when the next item never comes', async () => {
    const controller = new AbortController();
    const reason = new Error('never mind');
    async function* items() {
      yield 1;
      await new Promise(() => undefined);
    }
    setTimeout(() => controller.abort(reason), 10);
    await expect(collect(untilAborted(items(), controller.signal))).rejects.toBe(reason);
  });

  it('closes its source when the consumer breaks off', async () => {
    let isClosed = false;
    async function* items() {
      try {
        yield 1;
        yield 2;
      } finally {
        isClosed = true;
      }
    }
    for await (const _ of untilAborted(items(), new AbortController().signal)) break;
    expect(isClosed).toBe(true);
  });

  it('passes on all items when nobody aborts', async () => {
    expect(await collect(untilAborted([1, 2, 3], new AbortController().signal))).toEqual([1, 2, 3]);
    expect(await collect(untilAborted([1, 2, 3], undefined))).toEqual([1, 2, 3]);
  });
});
