import { expect, test } from 'vitest';
import { batched, batchesOf } from './batched.js';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const batches = [[1, 2], [], [3]];

test('come one by one, or as they are', async () => {
  const items = () =>
    batched(async function* () {
      yield* batches;
    });
  expect(await collect(items())).toEqual([1, 2, 3]);
  expect(await collect(batchesOf(items()))).toEqual(batches);
});

test('what knows no batches comes in batches of one', async () => {
  async function* items() {
    yield 1;
    yield 2;
  }
  expect(await collect(batchesOf(items()))).toEqual([[1], [2]]);
});

test('who breaks off, by either way, ends what they come from', async () => {
  let ended = 0;
  const items = () =>
    batched(async function* () {
      try {
        yield* batches;
      } finally {
        ended++;
      }
    });
  for await (const _ of items()) break;
  for await (const _ of batchesOf(items())) break;
  expect(ended).toBe(2);
});
