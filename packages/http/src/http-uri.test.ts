import { CairnError } from '@cairn/core';
import { describe, expect, test } from 'vitest';
import { httpHandler } from './http-handler.js';
import { parseHttpUri } from './http-uri.js';

function refusal(uri: string): CairnError {
  try {
    parseHttpUri(uri);
  } catch (error) {
    if (CairnError.is(error)) return error;
  }
  return expect.fail(`${uri} was not refused`);
}

describe('the name of a resource', () => {
  test.each([
    ['http://h/model.h5', 'model.h5'],
    ['http://h/a/b/model.h5?download=1&x=../../etc', 'model.h5'],
    ['http://h/x#/../../etc/', 'x'],
    ['http://h/x;../../etc', 'etc'],
    ['http://h/a/../b', 'b'],
    ['http://h/folder/', 'folder'],
    ['http://h/a%20b+c.csv', 'a b+c.csv'],
    ['http://h/a b.csv', 'a b.csv'],
    ['http://h/caf%C3%A9/%F0%9F%9A%80.bin', '🚀.bin'],
    ['http://h/日本', '日本'],
    ['http://h/100%25', '100%'],
    ['http://h/%41%2541', 'A%41'],
    ['http://h/%ff', '%ff'],
    ['http://h/50%', '50%'],
    ['http://h/a%00b%0a', 'a%00b%0A'],
    ['http://h/C%3Ax', 'C%3Ax'],
    ['http://h/..hidden', '..hidden'],
    ['http://h/%3F%23', '?#'],
  ])('%s is %s', (uri, name) => {
    expect(parseHttpUri(uri).name).toBe(name);
  });

  test.each([
    'http://h/',
    'http://h',
    'http://h?x',
    'http://h/..%2f..%2fx',
    'http://h/..%5cx',
    'http://h/a%2Fb',
    `http://h/${'a'.repeat(256)}`,
    `http://h/${'%F0%9F%9A%80'.repeat(64)}`,
  ])('%s has none, and asks for one', (uri) => {
    expect(parseHttpUri(uri).name).toBe('');
  });
});

test('the URI is kept as it was given', () => {
  for (const uri of ['HTTP://Example.COM:80/%7Ea/./b?x=%2f&y#frag', 'http://h/a b?c d', 'http://h/é']) {
    expect(parseHttpUri(uri).stored).toBe(uri.replace('#frag', ''));
  }
});

test.each([
  'gopher://x/',
  'ftp://x/y',
  'data:text/html,x',
  'javascript:alert(1)',
  'blob:x',
  'file:///etc/passwd',
])('another scheme is refused: %s', (uri) => {
  expect(refusal(uri).code).toBe('uri_invalid');
});

test.each([
  '',
  'http://',
  'http:///x',
  'http:/h/x',
  'http:h/x',
  'http:\\\\h\\x',
  'http://\\h',
  'http://a b/',
  'http://h:99999/',
  'http://h/\n',
  'http://h/\ud800',
  `http://h/${'a'.repeat(4096)}`,
])('what is no URL is refused: %j', (uri) => {
  expect(refusal(uri).code).toBe('uri_invalid');
});

describe('secrets', () => {
  test.each([
    'https://user:canary@example.com/x',
    'https://canary@example.com/x',
    'https://user:can@ary:canary@example.com/x',
    'https://:canary@example.com/x',
    'https://h/x?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA&X-Amz-Signature=canary',
    'https://h/x?x-amz-signature=canary',
    'https://h/x?X-Amz-Signatur%65=canary',
    'https://h/x?X-Amz-Security-Token=canary',
    'https://h/x?X-Goog-Signature=canary',
    'https://h/x?Expires=1&Signature=canary&Key-Pair-Id=K1',
    'https://h/x?AWSAccessKeyId=AKIA&Signature=canary&Expires=1',
    'https://h/x?sv=2022-11-02&se=2030&sp=r&sig=canary',
    'https://h/x?token=canary',
    'https://h/x?a=1&access_token=canary#f',
    'https://h/x?private_token=canary',
    'https://h/x?api_key=canary',
    'https://h/x?PASSWORD=canary',
    `https://h/x?key=AIza${'canary'.repeat(6)}`,
  ])('%s is refused, and not shown', (uri) => {
    const error = refusal(uri);
    expect(error.code).toBe('uri_invalid');
    expect(error.message).toContain('headers');
    expect(error.message).not.toContain('canary');
  });

  test.each([
    'https://h/x?key=images/cat.png',
    'https://h/x?page=2&sort=token',
    'https://h/token/x?expires=1',
    'https://h/@user/x',
    'https://h/x?mail=a@b.c',
    'https://h/x#token=1',
  ])('%s holds none', (uri) => {
    expect(parseHttpUri(uri).url.host).toBe('h');
  });

  test('are refused with checksum: false, too, and in what someone else recorded', async () => {
    const handler = httpHandler();
    const uri = 'https://user:canary@example.com/x';
    const observing = async () => {
      for await (const _ of handler.observe(uri, { checksum: false }));
    };
    const reading = async () => {
      for await (const _ of handler.open({ kind: 'reference', path: 'x', uri, digest: 'uri:x' }));
    };
    await expect(observing()).rejects.toMatchObject({ code: 'uri_invalid' });
    await expect(reading()).rejects.toMatchObject({ code: 'uri_invalid' });
  });
});
