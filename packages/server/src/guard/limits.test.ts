import { expect, test } from 'vitest';
import { defaultLimits, type Limits, limitsOf } from './limits.js';

test('what is not given is the default', () => {
  expect(limitsOf()).toEqual(defaultLimits);
  expect(limitsOf({ entries: 7 })).toEqual({ ...defaultLimits, entries: 7 });
  expect(limitsOf(JSON.parse('{}'))).toEqual(defaultLimits);
});

test('one key never has all uploads, unless this is said', () => {
  expect(limitsOf({ uploads: 8 }).uploadsPerKey).toBe(6);
  expect(limitsOf({ uploads: 1 }).uploadsPerKey).toBe(1);
  expect(limitsOf({ uploads: 8, uploadsPerKey: 8 }).uploadsPerKey).toBe(8);
});

test.each<Partial<Limits>>([
  { entries: 0 },
  { entries: 1.5 },
  { uploads: Number.NaN },
  { uploads: Number.POSITIVE_INFINITY },
  { uploadsPerKey: -1 },
  { keyRate: { perSecond: 0, burst: 10 } },
  { keyRate: { perSecond: Number.POSITIVE_INFINITY, burst: 10 } },
  { addressRate: { perSecond: 1, burst: 0.5 } },
  { addressRate: { perSecond: 1, burst: Number.NaN } },
])('%o is refused', (given) => {
  expect(() => limitsOf(given)).toThrow(TypeError);
});
