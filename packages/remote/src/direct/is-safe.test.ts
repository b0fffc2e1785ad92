import { expect, test } from 'vitest';
import { isSafe } from './is-safe.js';

const range = { range: 'bytes=0-9' };
const [secure, plain] = [{ origin: 'https://cairn.example.com' }, { origin: 'http://10.0.0.7:8787' }];
const request = (url: string, headers: Record<string, string> = range) => ({ url, headers, rows: '' });

test.each([
  'https://bucket.s3.amazonaws.com/packs/a?X-Amz-Signature=b',
  'http://127.0.0.1:9000/bucket/a',
  'http://localhost:9000/bucket/a',
  'http://[::1]:9000/bucket/a',
])('%s may be asked for, however the server is reached', (url) => {
  expect(isSafe('GET', request(url), secure)).toBe(true);
  expect(isSafe('GET', request(url), plain)).toBe(true);
});

test.each([
  'http://bucket.example.com/a',
  'http://169.254.169.254/latest/meta-data',
  'http://127.0.0.1.example.com/a',
  'http://localhost.example.com/a',
])('%s may be asked for only where the server is asked in the clear', (url) => {
  expect(isSafe('GET', request(url), secure)).toBe(false);
  expect(isSafe('GET', request(url), plain)).toBe(true);
});

test.each([
  'ftp://bucket.example.com/a',
  'file:///etc/passwd',
  'data:,a',
  '//bucket.example.com/a',
  '/a',
  '',
  'https://user@bucket.example.com/a',
  'https://user:word@bucket.example.com/a',
])('%j is never asked for', (url) => {
  expect(isSafe('GET', request(url), plain)).toBe(false);
});

test.each([
  'authorization',
  'cookie',
  'host',
  'metadata-flavor',
  'x-aws-ec2-metadata-token',
  'content-length',
  'Range',
  'x-amz-\r\nhost',
])('the header %j is sent to nobody', (name) => {
  expect(isSafe('GET', request('https://bucket.example.com/a', { ...range, [name]: 'a' }), plain)).toBe(
    false,
  );
});

test('headers of S3 and Cloud Storage are sent', () => {
  const headers = { ...range, 'x-amz-request-payer': 'requester', 'x-goog-user-project': 'a' };
  expect(isSafe('GET', request('https://bucket.example.com/a', headers), secure)).toBe(true);
});

test('what is written goes to this machine only where the server is asked in the clear', () => {
  const { url } = request('http://127.0.0.1:9000/bucket/a');
  const headers = { 'content-length': '9', 'if-none-match': '*', 'x-goog-if-generation-match': '0' };
  expect(isSafe('PUT', { url, headers }, secure)).toBe(false);
  expect(isSafe('PUT', { url, headers }, plain)).toBe(true);
  expect(isSafe('PUT', { url: 'https://bucket.example.com/a', headers }, secure)).toBe(true);
});

test.each([
  'authorization',
  'cookie',
  'host',
  'range',
  'content-type',
  'Content-Length',
  'transfer-encoding',
])('what is written has no header %j', (name) => {
  const { url } = request('https://bucket.example.com/a');
  expect(isSafe('PUT', { url, headers: { [name]: 'a' } }, plain)).toBe(false);
});
