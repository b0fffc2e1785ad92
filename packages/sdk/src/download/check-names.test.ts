import { expect, test } from 'vitest';
import { caught } from '../../test/support/caught.js';
import { nameCheck } from './check-names.js';

function check(path: string, platform: NodeJS.Platform, allowGit = false): void {
  const checkName = nameCheck({ allowGit, platform });
  for (const each of ['fine/a', 'fine/b', path, 'fine/c']) checkName(each);
}

test.each(['.git/hooks/pre-commit', '.GIT/x', 'git~1/config', '.git', '.git /x', '.git./x', '.g\u200cit/x'])(
  'refuses %j on every system, unless it is allowed',
  async (path) => {
    expect(await caught(() => check(path, 'linux'))).toMatchObject({
      code: 'path_invalid',
      hint: expect.stringContaining('allowGit'),
    });
    check(path, 'linux', true);
  },
);

test.each(['name.', 'name ', 'file.txt:stream', 'a/b?', 'CON', 'aux.txt', 'a/com1/b', 'x|y', '*'])(
  'refuses %j on Windows only',
  async (path) => {
    expect((await caught(() => check(path, 'win32'))).code).toBe('path_invalid');
    check(path, 'linux');
  },
);

test.each(['.gitignore', '.github/x', 'a/.git/x', '..hidden', 'console', 'com10', '-rf', '%2e%2e/x'])(
  'takes %j everywhere',
  (path) => {
    check(path, 'linux');
    check(path, 'win32');
  },
);

test.each(['../x', '/x', 'a//b', 'a\\b', ''])('refuses %j, which is no path of an entry', async (path) => {
  expect((await caught(() => check(path, 'linux'))).code).toBe('path_invalid');
});
