import { expect, test } from 'vitest';
import { parseUsage } from './usage.js';

test('user and system time are one figure, memory and writes are in millions of bytes', () => {
  expect(parseUsage('usage 1.10 0.25 3.07 125000 4000\n')).toEqual({
    cpuS: 1.35,
    wallS: 3.07,
    peakMB: 128,
    writtenMB: 2.048,
  });
});

test('remarks before it do not matter', () => {
  expect(parseUsage('Command exited with non-zero status 3\nusage 0.00 0.00 0.00 1 0\n')).toMatchObject({
    wallS: 0,
  });
});

test('anything else is no measurement', () => {
  expect(() => parseUsage('Command terminated by signal 9\n')).toThrow('GNU time wrote');
});
