import { expect, test } from 'vitest';
import { proxyFor } from './reach.js';
import { describeClock } from './server-checks.js';

test.each([
  ['https://cairn.example.com', {}, undefined],
  ['https://cairn.example.com', { HTTPS_PROXY: 'http://ann:secret@proxy:3128/' }, 'http://proxy:3128'],
  ['https://cairn.example.com', { http_proxy: 'http://proxy:3128' }, 'http://proxy:3128'],
  ['http://cairn.example.com', { https_proxy: 'http://proxy:3128' }, undefined],
  ['https://cairn.example.com', { https_proxy: 'http://proxy', no_proxy: 'other, .example.com' }, undefined],
  ['https://cairn.example.com', { https_proxy: 'http://proxy', NO_PROXY: '*' }, undefined],
  ['https://example.community', { https_proxy: 'http://proxy', no_proxy: 'example.com' }, 'http://proxy'],
  ['http://cairn:8787', { http_proxy: 'http://proxy', no_proxy: 'cairn:80' }, 'http://proxy'],
])('%s with %j is asked through %s', (url, env, proxy) => {
  expect(proxyFor(new URL(url), env)).toBe(proxy);
});

test('a clock is not wrong for a slow answer, nor for telling seconds only', () => {
  const right = 'as that of the server';
  const date = 1_000_000_000;
  expect(describeClock({ date, between: [date - 300_000, date + 300_000] })).toBe(right);
  expect(describeClock({ date, between: [date + 999, date + 1_200] })).toBe(right);
  expect(describeClock({ date, between: [date + 90_000, date + 90_001] })).not.toBe(right);
  expect(describeClock({ date: undefined, between: [0, 1] })).toContain('no time');
});
