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

beforeEach(() => {
  real = realpathSync(folder.path);
  mkdirSync(folder.join('a/b/c'), { recursive: true });
  process.chdir(folder.join('a/b/c'));
  vi.stubEnv('CAIRN_STORE', '');
});
afterEach(() => process.chdir(home));

describe('the store is', () => {
  test('here, where there is none upwards', () => {
    expect(locateStore(undefined)).toBe(join(real, 'a/b/c/.cairn'));
  });

  test('the nearest .cairn upwards that is a folder', () => {
    mkdirSync(folder.join('.cairn'));
    mkdirSync(folder.join('a/.cairn'));
    folder.write({ 'a/b/.cairn': 'a file' });
    expect(locateStore(undefined)).toBe(join(real, 'a/.cairn'));
  });

  test('that of CAIRN_STORE before it, and the one given before that', () => {
    mkdirSync(folder.join('a/.cairn'));
    vi.stubEnv('CAIRN_STORE', '../here');
    expect(locateStore(undefined)).toBe(join(real, 'a/b/here'));
    expect(locateStore('given')).toBe(join(real, 'a/b/c/given'));
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
      expect(locateStore(name)).toBe(path);
    }
    expect(locateStore(folder.join('link/not/made/yet'))).toBe(join(path, 'not/made/yet'));
  });
});

test('a URL needs a package, which is named', async () => {
  expect(await caught(() => locateStore('https://user:secret@example.com/store'))).toMatchObject({
    code: 'handler_missing',
    message: expect.not.stringContaining('secret'),
    hint: expect.stringContaining('@cairn/remote'),
  });
  expect((await caught(() => locateStore('s3://bucket'))).code).toBe('handler_missing');
});

test('a file is no store', async () => {
  folder.write({ file: 'x' });
  expect((await caught(() => locateStore(folder.join('file')))).code).toBe('path_invalid');
});
