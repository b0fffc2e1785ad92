import { expect, test } from 'vitest';
import { median, medianSample, percentile } from './median.js';

test('the median is the middle one, or between the two', () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([4, 1, 3, 100])).toBe(3.5);
  expect(median([7])).toBe(7);
});

test('a percentile lies between the values that are next to it', () => {
  const hundred = Array.from({ length: 101 }, (_, i) => 100 - i);
  expect(percentile(hundred, 0.99)).toBe(99);
  expect(percentile([0, 10], 0.25)).toBe(2.5);
});

test('each figure of a sample has its own median', () => {
  const sample = (wallMs: number, cpuMs: number, page: number) => ({
    wallMs,
    cpuMs,
    peakMB: 1,
    metrics: { page },
  });
  expect(medianSample([sample(1, 30, 5), sample(2, 10, 6), sample(3, 20, 4)])).toEqual(sample(2, 20, 5));
});
