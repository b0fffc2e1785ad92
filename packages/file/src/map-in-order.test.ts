import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { collect } from '../test/collect.js';
import { mapInOrder } from './map-in-order.js';

const numbers = Array.from({ length: 50 }, (_, i) => i);

it('keeps the order and works on as many as allowed, not on more', async () => {
  let atWork = 0;
  let most = 0;
  const results = mapInOrder(numbers, 4, async (number) => {
    most = Math.max(most, ++atWork);
    await wait(number % 3);
    atWork--;
    return number * 2;
  });
  expect(await collect(results)).toEqual(numbers.map((number) => number * 2));
  expect(most).toBe(4);
});

it('gives what came before a failure, then fails, and takes no more', async () => {
  let taken = 0;
  const results = mapInOrder(numbers, 4, async (number) => {
    taken++;
    if (number >= 5) throw new Error(`no ${number}`);
    return number;
  });
  const got: number[] = [];
  const read = async () => {
    for await (const number of results) got.push(number);
  };
  await expect(read()).rejects.toThrow('no 5');
  expect(got).toEqual([0, 1, 2, 3, 4]);
  expect(taken).toBeLessThan(10);
});
