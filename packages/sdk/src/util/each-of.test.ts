import { expect, test } from 'vitest';
import { eachOf } from './each-of.js';

const tick = () => new Promise<void>(setImmediate);

test('works on each, never on more than the limit, and takes none before its time', async () => {
  let [taken, done, most] = [0, 0, 0];
  async function* items() {
    for (let i = 0; i < 50; i++) {
      most = Math.max(most, ++taken - done);
      yield i;
    }
  }
  const seen: number[] = [];
  await eachOf(items(), 4, undefined, async (item) => {
    await tick();
    seen.push(item);
    done++;
  });
  expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  expect(most).toBe(4);
  await eachOf([], 4, undefined, async () => expect.unreachable());
});

test('the first failure stops the others, ends the items, and is thrown when they have stopped', async () => {
  let [started, stopped, isEnded] = [0, 0, false];
  async function* items() {
    try {
      for (let i = 0; ; i++) yield i;
    } finally {
      isEnded = true;
    }
  }
  const work = eachOf(items(), 4, undefined, async (item, signal) => {
    started++;
    if (item === 9) throw new Error('broken');
    if (item > 5) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    else await tick();
    stopped++;
    signal.throwIfAborted();
  });
  await expect(work).rejects.toThrow('broken');
  expect([started, stopped, isEnded]).toEqual([10, 9, true]);
});

test('what the items throw is thrown, and so is the reason of an abort', async () => {
  async function* items() {
    yield 1;
    throw new Error('no more');
  }
  await expect(eachOf(items(), 2, undefined, tick)).rejects.toThrow('no more');
  const reason = new Error('enough');
  const work = () => expect.unreachable();
  await expect(eachOf([1], 2, AbortSignal.abort(reason), async () => work())).rejects.toBe(reason);
});
