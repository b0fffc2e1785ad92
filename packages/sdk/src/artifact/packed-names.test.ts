import { expect, it } from 'vitest';
import { PackedNames } from './packed-names.js';

it.each([
  ['none', []],
  ['one', ['a']],
  ['some', ['a', 'b.bin', 'ç', '木曜日.txt', '🐦', 'z z']],
])('names that were packed are what they were: %s', (_, names) => {
  const packed = new PackedNames(names);
  expect(packed.length).toBe(names.length);
  expect(packed.all()).toEqual(names);
  expect(names.map((_, i) => packed.at(i))).toEqual(names);
});
