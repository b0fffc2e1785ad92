import { expect, test } from 'vitest';
import { toOptions } from '../options.js';
import { readLimits } from './read-limits.js';

test('every option is the limit that it names', () => {
  const options = toOptions(
    new Map([
      ['key-rate', '100/500'],
      ['address-rate', '0.5/20'],
      ['max-uploads', '30'],
      ['max-uploads-per-key', '20'],
      ['max-entries', '5000'],
    ]),
  );
  expect(readLimits(options)).toEqual({
    keyRate: { perSecond: 100, burst: 500 },
    addressRate: { perSecond: 0.5, burst: 20 },
    uploads: 30,
    uploadsPerKey: 20,
    entries: 5000,
  });
});

test('what is not given is left to the server', () => {
  expect(readLimits(toOptions(new Map([['max-uploads', '30']])))).toEqual({ uploads: 30 });
});
