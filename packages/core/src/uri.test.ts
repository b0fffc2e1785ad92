import { expect, test } from 'vitest';
import { failure } from '../test/failure.js';
import { checkUri, maxUriBytes, schemeOf } from './uri.js';

test.each([
  ['s3://bucket/key', 's3'],
  ['HTTPS://host/', 'https'],
  ['x+y.z-1:rest', 'x+y.z-1'],
  ['data:,x', 'data'],
  ['C:\\data', undefined],
  ['c:/data', undefined],
  ['images/cat.png', undefined],
  ['./s3://x', undefined],
  ['1s3://x', undefined],
  ['://x', undefined],
  ['', undefined],
])('the scheme of %j is %j', (uri, scheme) => {
  expect(schemeOf(uri)).toBe(scheme);
});

test.each([
  's3://b/a+b c/%41?versionId=v1',
  's3://b/../../c//#?%',
  'gs://bucket/数据#1712345678',
  'C:\\data',
  'x',
  `s3://b/${'k'.repeat(maxUriBytes - 7)}`,
])('%j is kept exactly', (uri) => {
  expect(checkUri(uri)).toBe(uri);
});

test.each([
  ['', 'empty'],
  [undefined as never, 'empty'],
  ['s3://b/a\nb', 'control character'],
  ['s3://b/\0', 'control character'],
  ['s3://b/\ud800', 'surrogate'],
  [`s3://b/${'k'.repeat(maxUriBytes - 6)}`, '4096 bytes'],
  [`s3://b/${'é'.repeat(maxUriBytes / 2)}`, '4096 bytes'],
])('%j is refused: %s', (uri, why) => {
  expect(() => checkUri(uri)).toThrow(failure('uri_invalid', why));
});
