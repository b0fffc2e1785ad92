import { expect, test } from 'vitest';
import { createLines } from './lines.js';

test('turns come in the order of the places, whoever leaves first', async () => {
  const take = createLines();
  const order: number[] = [];
  const places = [0, 1, 2, 3].map((i) => {
    const place = take('a');
    void place.turn.then(() => order.push(i));
    return place;
  });
  places[2]?.leave();
  places[1]?.leave();
  await settle();
  expect(order).toEqual([0]);
  places[0]?.leave();
  await settle();
  expect(order).toEqual([0, 1, 2, 3]);
  places[3]?.leave();
  await settle();
  await take('a').turn;
});

test('lines of other names do not wait', async () => {
  const take = createLines();
  take('a');
  await take('b').turn;
});

const settle = () => new Promise((resolve) => setImmediate(resolve));
