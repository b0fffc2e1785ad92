import { CairnError } from '@cairn/core';
import { expect, test } from 'vitest';
import { formatGsUri, type GsAddress, parseGsUri } from './gs-uri.js';

const bucket = 'bucket';

test.each<[string, GsAddress]>([
  ['gs://bucket', { bucket, object: '' }],
  ['gs://b/name', { bucket: 'b', object: 'name' }],
  ['gs://bucket/', { bucket, object: '' }],
  ['GS://bucket/name', { bucket, object: 'name' }],
  ['gs://my.bucket_1-x/a/', { bucket: 'my.bucket_1-x', object: 'a/' }],
  ['gs://bucket//a', { bucket, object: '/a' }],
  ['gs://bucket/a/../../c/./d', { bucket, object: 'a/../../c/./d' }],
  [
    'gs://bucket/a+b c/%41?x=1#1700000000000000',
    { bucket, object: 'a+b c/%41?x=1', generation: '1700000000000000' },
  ],
  ['gs://bucket/what#is?this=1', { bucket, object: 'what#is?this=1' }],
  ['gs://bucket/🙂/é/e\u0301', { bucket, object: '🙂/é/e\u0301' }],
  ['gs://bucket/k#', { bucket, object: 'k', generation: '' }],
  ['gs://bucket/issue#12', { bucket, object: 'issue', generation: '12' }],
  ['gs://bucket/issue#12#', { bucket, object: 'issue#12', generation: '' }],
  ['gs://bucket/issue#12#13', { bucket, object: 'issue#12', generation: '13' }],
  ['gs://bucket/issue#12a', { bucket, object: 'issue#12a' }],
  ['gs://bucket/tab%09#url', { bucket, object: 'tab\t' }],
  ['gs://bucket/tab%09#url#12', { bucket, object: 'tab\t', generation: '12' }],
  [`gs://bucket/${'é'.repeat(512)}`, { bucket, object: 'é'.repeat(512) }],
])('%s is read', (uri, address) => {
  expect(parseGsUri(uri)).toEqual(address);
});

const names = [
  ...[
    'model.h5',
    ' ',
    '#',
    '##',
    '?',
    '%',
    '+',
    '%2F',
    '//',
    '/a//b/',
    '🙂',
    '\\',
    'gs://b/k',
    'a#12',
    'a#',
    'a#url',
  ],
  ...['a#url#', 'a#url#12', '#12', '#12#', '\t', 'a\u0001b#12', '\0%00', '\u0085/🙂', '.hidden', 'a/..'],
  'k'.repeat(1024),
];

test.each(names)('the name %# survives, with and without a generation', (object) => {
  const live = parseGsUri(formatGsUri({ bucket, object }));
  expect(live.object).toBe(object);
  // An ambiguous ending is written with an empty generation, which means the live one.
  expect(live.generation ?? '').toBe('');
  for (const generation of ['', '1', '1700000000000000']) {
    expect(parseGsUri(formatGsUri({ bucket, object, generation }))).toEqual({ bucket, object, generation });
  }
});

test.each([
  ['gs://', 'no bucket'],
  ['gs:///o', 'no bucket'],
  ['gs:bucket/name', 'no gs:// URI'],
  ['s3://bucket/name', 'no gs:// URI'],
  ['gs://user:secret@bucket/name', "for a bucket can't be one"],
  ['gs://bucket:443/name', "for a bucket can't be one"],
  ['gs://../name', "for a bucket can't be one"],
  ['gs://Bucket/name', "for a bucket can't be one"],
  ['gs://b%2fc/name', "for a bucket can't be one"],
  ['gs://bucket?generation=1', "for a bucket can't be one"],
  ['gs://bucket/#12', 'no object'],
  ['gs://bucket/..', 'no object can be called ..'],
  ['gs://bucket/%2E%2E#url', 'no object can be called ..'],
  ['gs://bucket/.#12', 'no object can be called .'],
  ['gs://bucket/a\tb', 'control character'],
  ['gs://bucket/%#url', 'not percent-encoded'],
  [`gs://bucket/${'k'.repeat(1025)}`, '1024 bytes'],
  [`gs://bucket/${'é'.repeat(513)}`, '1024 bytes'],
])('what can be no reference is refused: %#', (uri, why) => {
  try {
    parseGsUri(uri);
  } catch (error) {
    expect(CairnError.is(error, 'uri_invalid') && error.message).toContain(why);
    expect(String(error)).not.toContain('secret@');
    return;
  }
  expect.fail('it was taken');
});
