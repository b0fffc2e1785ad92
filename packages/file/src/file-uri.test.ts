import { posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expectCairnError } from '@cairn/conformance';
import { describe, expect, it } from 'vitest';
import { formatFileUri, parseFileUri } from './file-uri.js';

const parse = async (text: string, platform: NodeJS.Platform = 'linux') => parseFileUri(text, platform);

describe('parseFileUri', () => {
  it.each([
    ['file:///a/b.txt', '/a/b.txt'],
    ['file://localhost/a', '/a'],
    ['FILE://LocalHost/a', '/a'],
    ['file:/a', '/a'],
    ['file:///a%20b%25c%3Fd%23e', '/a b%c?d#e'],
    ['file:///a b', '/a b'],
    ['file:///%C3%BC/ü', '/ü/ü'],
    ['file:///a\\b', '/a\\b'],
    ['file:///a//b/', '/a/b'],
    ['file:///a/./b/../c', '/a/c'],
    ['file:///a/%2e%2e/b', '/b'],
    ['file:///a%0Ab', '/a\nb'],
    ['file:///', '/'],
    ['/a/../b', '/b'],
    ['/100%25?#', '/100%25?#'],
    ['C:/x', posix.resolve('C:/x')],
    ['images/cat.png', posix.resolve('images/cat.png')],
  ])('%j is %j', async (text, path) => {
    expect(await parse(text)).toBe(path);
  });

  it.each([
    'file://host/a',
    'file://127.0.0.1/a',
    'file://localhost:80/a',
    'file://user:secret@localhost/a',
    'file:////host/a',
    'file:a',
    'file:',
    'file://',
    'file://localhost',
    'file:///a?x=1',
    'file:///a#b',
    'file:///a%2Fb',
    'file:///a%2fb',
    'file:///a%00',
    'file:///a%zz',
    'file:///a%ff',
    'file:///a%c3',
    's3://bucket/a',
    '',
    'a\0b',
    'file:///a\nb',
    `/${'a'.repeat(4096)}`,
  ])('refuses %j', async (text) => {
    const error = await expectCairnError(parse(text), 'uri_invalid');
    expect(error.message).not.toContain('secret');
  });

  it.each([
    ['file:///C:/a%20b/c', 'C:\\a b\\c'],
    ['file:///c%3A/a', 'c:\\a'],
    ['C:\\a\\b', 'C:\\a\\b'],
    ['C:/a', 'C:\\a'],
  ])('%j is %j on Windows', async (text, path) => {
    expect(await parse(text, 'win32')).toBe(path);
  });

  it.each([
    '\\\\host\\share\\a',
    '//host/share/a',
    'file://host/share/a',
    'file:///\\\\host\\share\\a',
    'file:///etc/passwd',
    'file:///C:a',
  ])('refuses %j on Windows', async (text) => {
    await expectCairnError(parse(text, 'win32'), 'uri_invalid');
  });
});

describe('formatFileUri', () => {
  const odd = [
    '/a b',
    '/a?b#c',
    '/a%20b',
    '/a\\b',
    '/a\nb\u007f\u0001',
    '/ü/e\u0301',
    '/ ',
    '/[a]|^`{}',
    '/\u{1f600}',
  ];

  it.each([...odd, '/', '/a', '/C:/x', '/~+,;=@&$!'])('%j survives the round trip', async (path) => {
    const uri = formatFileUri(path, 'linux');
    expect(uri).toMatch(/^file:\/\/\/[A-Za-z0-9\-_.!~*'()%/]*$/);
    expect(await parse(uri)).toBe(path);
    expect(formatFileUri(await parse(uri), 'linux')).toBe(uri);
  });

  it('means to others what it means here', () => {
    const path = '/data/a b/ü#1.txt';
    expect(new URL(formatFileUri(path, 'linux')).href).toBe(pathToFileURL(path).href);
  });

  it('writes drives as Windows does', async () => {
    expect(formatFileUri('C:\\a b\\ü.txt', 'win32')).toBe('file:///C:/a%20b/%C3%BC.txt');
    expect(formatFileUri('C:\\', 'win32')).toBe('file:///C:/');
    expect(await parse('file:///C:/a%20b/%C3%BC.txt', 'win32')).toBe('C:\\a b\\ü.txt');
  });
});
