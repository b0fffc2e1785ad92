import { describe, expect, test } from 'vitest';
import { failure } from '../test/failure.js';
import { algorithmOf, digestKind, isContentDigest, parseDigest } from './digest.js';

const hex = '0123456789abcdef'.repeat(4);

test.each([
  [`blake3:${hex}`, 'content'],
  [`sha256:${hex}`, 'content'],
  [`md5:${hex.slice(32)}`, 'content'],
  ['crc32c:e3069283', 'content'],
  ['etag:"33a64df5"', 'validator'],
  ['etag:W/"a:b"', 'validator'],
  ['generation:1712345678', 'validator'],
  ['uri:s3://bucket/key', 'unverified'],
] as const)('%s is %s', (digest, kind) => {
  expect(digestKind(digest)).toBe(kind);
});

test('takes a digest apart at its first colon', () => {
  expect(parseDigest('etag:W/"a:b"')).toEqual({ scheme: 'etag', value: 'W/"a:b"' });
  expect(parseDigest('uri:s3://b/k')).toEqual({ scheme: 'uri', value: 's3://b/k' });
});

test.each([
  '',
  'blake3',
  'blake3:',
  ':abc',
  `BLAKE3:${hex}`,
  `blake3:${hex.toUpperCase()}`,
  `blake3:${hex.slice(1)}`,
  `sha256:${hex}0`,
  `md5:${hex}`,
  'crc32c:xyz',
  '9etag:x',
  'etag:a\nb',
  'etag:\ud800',
  `etag:${'x'.repeat(8193)}`,
  `${'s'.repeat(33)}:x`,
])('refuses %j', (text) => {
  expect(() => parseDigest(text)).toThrow(failure('manifest_invalid'));
  expect(() => digestKind(text)).toThrow(failure('manifest_invalid'));
});

describe('isContentDigest', () => {
  test('knows the identities of owned bytes', () => {
    expect(isContentDigest(`blake3:${hex}`)).toBe(true);
    expect(isContentDigest(`sha256:${hex}`)).toBe(true);
  });

  test.each([
    `md5:${hex.slice(32)}`,
    `blake3:${hex}0`,
    `blake3:${hex.slice(1)}`,
    `blake3:${hex.toUpperCase()}`,
    ` blake3:${hex}`,
    `blake3:${hex}\n`,
    `blake3:${hex.slice(1)}\n`,
    'blake3',
    '',
  ])('is not taken in by %j', (text) => {
    expect(isContentDigest(text)).toBe(false);
  });

  test('answers for what is not a text at all', () => {
    for (const value of [undefined, null, 7, {}]) expect(isContentDigest(value as never)).toBe(false);
  });
});

test('names the algorithm', () => {
  expect(algorithmOf(`blake3:${hex}`)).toBe('blake3');
  expect(algorithmOf(`sha256:${hex}`)).toBe('sha256');
});
