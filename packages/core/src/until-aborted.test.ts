import { expect, test } from 'vitest';
import { untilAborted } from './until-aborted.js';

test('an abort between two items is noticed, though the next one never comes', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  async function* items() {
    yield 1;
    await new Promise(() => undefined);
  }
  const passed: number[] = [];
  async function take() {
    for await (const item of untilAborted(items(), controller.signal)) {
      passed.push(item);
      controller.abort(reason);
    }
  }
  await expect(take()).rejects.toBe(reason);
  expect(passed).toEqual([1]);
});

test('an abort between two items closes the source, though it has more', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const passed: number[] = [];
  let isClosed = false;
  function* items() {
    try {
      for (let i = 1; i <= 100; i++) yield i;
    } finally {
      isClosed = true;
    }
  }
  async function take() {
    for await (const item of untilAborted(items(), controller.signal)) {
      passed.push(item);
      if (item === 2) controller.abort(reason);
    }
  }
  await expect(take()).rejects.toBe(reason);
  expect([passed, isClosed]).toEqual([[1, 2], true]);
});
