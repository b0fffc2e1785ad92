import { describe, expect, test } from 'vitest';
import { createGuard } from './address.js';

describe('a public host passes', () => {
  test.each([
    '93.184.216.34',
    '1.1.1.1',
    '172.15.0.1',
    '172.32.0.1',
    '100.128.0.1',
    '169.253.0.1',
    '[2606:4700:4700::1111]',
    '[::ffff:93.184.216.34]',
    '[64:ff9b::93.184.216.34]',
  ])('%s', (hostname) => {
    expect(createGuard([]).checkHost(hostname)).toBe(true);
  });

  test('and a name has yet to be looked up', () => {
    expect(createGuard([]).checkHost('example.com')).toBe(false);
    expect(createGuard([]).checkHost('10.0.0.5.example.com')).toBe(false);
  });
});

test('a range covers an IPv4 address in the form of IPv6', () => {
  expect(createGuard(['10.0.0.0/8']).checkHost('[::ffff:10.0.0.5]')).toBe(true);
});
