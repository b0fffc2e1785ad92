import { expect, test } from 'vitest';
import { isMet, type Row } from './bench.js';
import { formatTable } from './report.js';

const rows: Row[] = [
  { label: 'page', value: 20, unit: 'ms', bar: { atMost: 20 } },
  { label: 'versions', value: 3199, unit: '', bar: { exactly: 3200 } },
  { label: 'diff', value: 50.04, unit: 'ms', bar: { atMost: 50 } },
  { label: 'answers', value: 3000, unit: '/s', bar: { atLeast: 3000 } },
];

test('a bar is met up to and including its value', () => {
  expect(rows.map(isMet)).toEqual([true, false, false, true]);
});

test('what was not measured meets no bar', () => {
  for (const bar of [{ atMost: 20 }, { atLeast: 20 }, { exactly: 20 }]) {
    expect(isMet({ label: 'x', value: Number.NaN, unit: 'ms', bar })).toBe(false);
  }
});

test('the table shows figure, bar and verdict of every row', () => {
  expect(
    formatTable(rows)
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/)),
  ).toEqual([
    ['measured', 'bar'],
    ['page', '20 ms', '≤ 20', 'met'],
    ['versions', '3,199', '3,200', 'NOT MET'],
    ['diff', '50.0 ms', '≤ 50', 'NOT MET'],
    ['answers', '3,000 /s', '≥ 3,000', 'met'],
  ]);
});
