import { CairnError } from '@cairn/core';
import { expect, test } from 'vitest';
import { formatS3Uri, parseS3Uri, type S3Address } from './s3-uri.js';

const bucket = 'bucket';

test.each<[string, S3Address]>([
  ['s3://bucket', { bucket, key: '' }],
  ['s3://bucket/', { bucket, key: '' }],
  ['s3://b/key', { bucket: 'b', key: 'key' }],
  ['S3://bucket/key', { bucket, key: 'key' }],
  ['s3://bucket/a/', { bucket, key: 'a/' }],
  ['s3://bucket//a', { bucket, key: '/a' }],
  ['s3://bucket/a/../../c/./d', { bucket, key: 'a/../../c/./d' }],
  ['s3://bucket/a+b c/%41?versionId=v1', { bucket, key: 'a+b c/%41', versionId: 'v1' }],
  ['s3://bucket/what#is?this=1&that', { bucket, key: 'what#is?this=1&that' }],
  ['s3://bucket/🙂/é/e\u0301', { bucket, key: '🙂/é/e\u0301' }],
  ['s3://bucket/k?versionId=', { bucket, key: 'k', versionId: '' }],
  ['s3://bucket/k?versionId=null', { bucket, key: 'k', versionId: 'null' }],
  ['s3://bucket/k?versionId=a/b', { bucket, key: 'k?versionId=a/b' }],
  ['s3://bucket/k?versionId=a?versionId=b', { bucket, key: 'k?versionId=a', versionId: 'b' }],
  ['s3://bucket/k?versionId=a?versionId=', { bucket, key: 'k?versionId=a', versionId: '' }],
  ['s3://bucket/tab%09?encoding-type=url', { bucket, key: 'tab\t' }],
  ['s3://bucket/tab%09?encoding-type=url&versionId=v', { bucket, key: 'tab\t', versionId: 'v' }],
  ['s3://bucket/100%?encoding-type=url?versionId=', { bucket, key: '100%?encoding-type=url', versionId: '' }],
  [`s3://bucket/${'é'.repeat(512)}`, { bucket, key: 'é'.repeat(512) }],
])('%s is read', (uri, address) => {
  expect(parseS3Uri(uri)).toEqual(address);
});

const keys = [
  ...[
    'model.h5',
    ' ',
    '#',
    '?',
    '%',
    '+',
    '%2F',
    '//',
    '/a//b/',
    '.',
    '..',
    '🙂',
    '\\',
    '&versionId=x',
    's3://b/k',
  ],
  ...[
    'k?versionId=',
    'k?versionId=a',
    'k?encoding-type=url',
    'k?encoding-type=url&versionId=a',
    '?versionId=a/b',
  ],
  ...['\t', 'a\r\nb?versionId=c', '\0%00', '\u0085/🙂'],
  'k'.repeat(1024),
];

test.each(keys)('the key %# survives, with and without a version', (key) => {
  const current = parseS3Uri(formatS3Uri({ bucket, key }));
  expect(current.key).toBe(key);
  // An ambiguous ending is written with an empty version, which means the current one.
  expect(current.versionId ?? '').toBe('');
  for (const versionId of ['', 'null', '3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY'.replaceAll('/', '_')]) {
    expect(parseS3Uri(formatS3Uri({ bucket, key, versionId }))).toEqual({ bucket, key, versionId });
  }
});

test.each([
  ['s3://', 'no bucket'],
  ['s3:///key', 'no bucket'],
  ['s3:bucket/key', 'no s3:// URI'],
  ['gs://bucket/key', 'no s3:// URI'],
  ['s3://user:secret@bucket/key', "for a bucket can't be one"],
  ['s3://bucket:9000/key', "for a bucket can't be one"],
  ['s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/name/key', "for a bucket can't be one"],
  ['s3://../key', "for a bucket can't be one"],
  ['s3://b%2fc/key', "for a bucket can't be one"],
  ['s3://bucket?versionId=x', "for a bucket can't be one"],
  ['s3://bucket/?versionId=x', 'no object'],
  ['s3://bucket/a\tb', 'control character'],
  ['s3://bucket/%?encoding-type=url', 'not percent-encoded'],
  [`s3://bucket/${'k'.repeat(1025)}`, '1024 bytes'],
  [`s3://bucket/${'é'.repeat(513)}`, '1024 bytes'],
])('what can be no reference is refused: %#', (uri, why) => {
  try {
    parseS3Uri(uri);
  } catch (error) {
    expect(CairnError.is(error, 'uri_invalid') && error.message).toContain(why);
    expect(String(error)).not.toContain('secret@');
    return;
  }
  expect.fail('it was taken');
});
