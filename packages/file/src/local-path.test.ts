import { expectCairnError } from '@cairn/conformance';
import { describe, expect, it } from 'vitest';
import { checkLocalPath } from './local-path.js';

const check = async (path: string) => checkLocalPath(path, 'win32');

describe('checkLocalPath', () => {
  it.each([
    'NUL',
    'a/con',
    'Aux.txt',
    'aux .txt',
    'com1',
    'LPT9.tar.gz',
    'com¹',
    'conout$',
    'name.',
    'name ',
    'a./b',
    'file.txt:stream',
    'a?',
    'a*b/c',
    '<a>',
    'a|b',
    '"a"',
  ])('refuses %j on Windows', async (path) => {
    expect((await expectCairnError(check(path), 'path_invalid')).message).toContain('Windows');
  });

  it.each(['console', 'nul-1/a', 'com10', 'comb', 'a.nul', '.hidden', 'a b', "it's", 'ü', 'a..b'])(
    'takes %j on Windows',
    async (path) => {
      expect(await check(path)).toBe(path);
    },
  );

  it('takes every entry path elsewhere', () => {
    expect(checkLocalPath('nul/a:b', 'linux')).toBe('nul/a:b');
  });
});
