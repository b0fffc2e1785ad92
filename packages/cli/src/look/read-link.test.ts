import { expect, test } from 'vitest';
import { UsageError } from '../failure/usage-error.js';
import { readLink } from './read-link.js';

const store = { value: 'https://cairn.example.com/base/', source: 'flag', origin: '--store' } as const;
const base = 'https://cairn.example.com/base';

test.each([
  [`${base}/acme/bikes/artifacts/dataset/bike-dataset/v3`, 'acme/bikes/bike-dataset:v3'],
  [`${base}/acme/bikes/artifacts/dataset/bike-dataset/caf%C3%A9`, 'acme/bikes/bike-dataset:café'],
  [`${base}/acme/bikes/artifacts/dataset/bike-dataset/`, 'acme/bikes/bike-dataset'],
  ['acme/artifacts/dataset:v3', 'acme/artifacts/dataset:v3'],
  ['bike-dataset:latest', 'bike-dataset:latest'],
  [`${base}/acme/bikes`, `${base}/acme/bikes`],
])('%s is %s', (text, ref) => {
  expect(readLink(text, store)).toBe(ref);
});

test('a link to another server sends no key there', () => {
  const path = '/acme/bikes/artifacts/dataset/d/v0';
  for (const server of [
    'https://evil.example',
    'https://cairn.example.com',
    `${base}.evil`,
    `http${base.slice(5)}`,
  ]) {
    expect(() => readLink(server + path, store)).toThrow(UsageError);
  }
  expect(() => readLink(base + path, { ...store, value: '/data/cairn' })).toThrow(UsageError);
  expect(() => readLink(base + path, undefined)).toThrow(UsageError);
});
