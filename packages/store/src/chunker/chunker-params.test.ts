import { expectCairnError } from '@cairn/conformance';
import { expect, test } from 'vitest';
import { defaultChunker, parseChunker } from './chunker-params.js';

test('reads what a store records', () => {
  expect(parseChunker(JSON.parse(JSON.stringify(defaultChunker)), 'FORMAT')).toEqual(defaultChunker);
  const extremes = { name: 'gear-v1', min: 32, average: 33, max: 16 * 1024 * 1024 };
  expect(parseChunker({ ...extremes, later: true }, 'FORMAT')).toEqual(extremes);
});

test.each([
  undefined,
  null,
  'gear-v1',
  [],
  {},
  { ...defaultChunker, name: 'gear-v2' },
  { ...defaultChunker, min: 31 },
  { ...defaultChunker, min: '16384' },
  { ...defaultChunker, min: 16384.5 },
  { ...defaultChunker, min: -1 },
  { ...defaultChunker, min: defaultChunker.average },
  { ...defaultChunker, average: defaultChunker.max + 1 },
  { ...defaultChunker, average: null },
  { ...defaultChunker, max: 16 * 1024 * 1024 + 1 },
  { ...defaultChunker, max: Number.POSITIVE_INFINITY },
])('refuses %j', async (found) => {
  await expectCairnError((async () => parseChunker(found, '/store/FORMAT'))(), 'unsupported_format');
});
