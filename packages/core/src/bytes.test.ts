import { expect, test } from 'vitest';
import { concatBytes, readAll } from './bytes.js';

const bytes = (...values: number[]) => Uint8Array.from(values);

test('joins chunks in their order', () => {
  expect(concatBytes([])).toEqual(bytes());
  expect(concatBytes([bytes(1, 2, 3), bytes(), bytes(4)])).toEqual(bytes(1, 2, 3, 4));
});

test('hands a single chunk on as it is', () => {
  const only = bytes(1, 2);
  expect(concatBytes([only])).toBe(only);
});

test('reads everything', async () => {
  async function* chunks() {
    yield bytes(1);
    yield bytes(2, 3);
  }
  expect(await readAll(chunks())).toEqual(bytes(1, 2, 3));
});
