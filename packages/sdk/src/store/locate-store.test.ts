import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { caught } from '../../test/support/caught.js';
import { testFolder } from '../../test/support/folder.js';
import { locateStore } from './locate-store.js';

const folder = testFolder();
const home = process.cwd();
let real: string;

const at = (path: string) => ({ kind: 'folder', path });

beforeEach(() => {
  real = realpathSync(folder.path);
  mkdirSync(folder.join('a/b/c'), { recursive: true });
  process.chdir(folder.join('a/b/c'));
  vi.stubEnv('CAIRN_STORE', '');
});
afterEach(() => process.chdir(home));

describe('the store is', () => {
  test('here, where there is none upwards', () => {
    expect(locateStore(undefined)).toEqual(at(join(real, 'a/b/c/.cairn')));
  });

  test('the nearest .cairn upwards that is a folder', () => {
    mkdirSync(folder.join('.cairn'));
    mkdirSync(folder.join('a/.cairn'));
    folder.write({ 'a/b/.cairn': 'a file' });
    expect(locateStore(undefined)).toEqual(at(join(real, 'a/.cairn')));
  });

  test('that of CAIRN_STORE before it, and the one given before that', () => {
    mkdirSync(folder.join('a/.cairn'));
    vi.stubEnv('CAIRN_STORE', '../here');
    expect(locateStore(undefined)).toEqual(at(join(real, 'a/b/here')));
    expect(locateStore('given')).toEqual(at(join(real, 'a/b/c/given')));
  });

  test('the same by whatever way it is named', () => {
    mkdirSync(folder.join('store'));
    symlinkSync(folder.join('store'), folder.join('link'));
    const path = join(real, 'store');
    for (const name of [
      '../../../store',
      '../../../link',
      path,
      pathToFileURL(path),
      pathToFileURL(path).href,
    ]) {
      expect(locateStore(name)).toEqual(at(path));
    }
    expect(locateStore(folder.join('link/not/made/yet'))).toEqual(at(join(path, 'not/made/yet')));
  });
});

describe('a server', () => {
  test('is known by its URL, however it ends', () => {
    const server = { kind: 'server', url: 'https://example.com/team' };
    expect(locateStore('https://example.com/team')).toEqual(server);
    expect(locateStore(new URL('HTTPS://EXAMPLE.com:443/team//'))).toEqual(server);
    vi.stubEnv('CAIRN_STORE', 'http://localhost:8080/');
    expect(locateStore(undefined)).toEqual({ kind: 'server', url: 'http://localhost:8080' });
  });

  test.each([
    'https://user:secret@example.com',
    'https://secret@example.com',
    'https://example.com?secret',
    'https://example.com/#secret',
  ])('is refused with a secret in it, which is not shown: %s', async (url) => {
    expect(await caught(() => locateStore(url))).toMatchObject({
      code: 'uri_invalid',
      message: expect.not.stringContaining('secret'),
      hint: expect.stringContaining('CAIRN_API_KEY'),
    });
  });

  test('has to be a URL, and of a kind that can be spoken to', async () => {
    for (const url of ['https://', 'http:// a', 's3://bucket']) {
      expect((await caught(() => locateStore(url))).code).toBe('uri_invalid');
    }
  });
});

test('a file is no store', async () => {
  folder.write({ file: 'x' });
  expect((await caught(() => locateStore(folder.join('file')))).code).toBe('path_invalid');
});
