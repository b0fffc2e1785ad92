import { expect, test } from 'vitest';
import { rateLimiter } from './rate.js';

test('so many at once, then so many a second, for each by itself', () => {
  let now = 0;
  const limiter = rateLimiter({ perSecond: 2, burst: 3 }, () => now);
  expect([1, 2, 3, 4].map(() => limiter.take('a'))).toEqual([0, 0, 0, 0.5]);
  expect(limiter.take('b')).toBe(0);
  now += 500;
  expect([limiter.take('a'), limiter.take('a')]).toEqual([0, 0.5]);
  now += 60_000;
  expect([1, 2, 3, 4].map(() => limiter.take('a'))).toEqual([0, 0, 0, 0.5]);
});

test('who has no turn is not forgotten for those who come once', () => {
  const limiter = rateLimiter({ perSecond: 0.001, burst: 1 }, () => 0);
  limiter.take('a');
  for (let i = 0; i < 9999; i++) limiter.take(`once ${i}`);
  expect(limiter.take('a')).toBeGreaterThan(0);
  for (let i = 0; i < 9999; i++) limiter.take(`again ${i}`);
  expect(limiter.take('a')).toBeGreaterThan(0);
});
