import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { testPlace } from './support/cairn.js';

const place = testPlace();
const { cairn } = place;
const key = 'c0ffee'.padEnd(64, '1');
const otherKey = 'decaf0'.padEnd(64, '2');
const CAIRN_STORE = 'sealed';

beforeAll(async () => {
  place.write({ 'secret.txt': 'nobody else reads this', key: `${key}\n`, 'other-key': otherKey });
  const put = await cairn(['put', 'secret.txt', '-n', 'secret', '-q'], {
    env: { CAIRN_STORE, CAIRN_ENCRYPTION_KEY_FILE: 'key' },
  });
  expect(put).toMatchObject({ stdout: 'secret:v0\n', code: 0 });
});

test('a store that is made with a key is opened by it, from a file or from the environment itself', async () => {
  for (const env of [{ CAIRN_ENCRYPTION_KEY_FILE: 'key' }, { CAIRN_ENCRYPTION_KEY: key }]) {
    const { stdout } = await cairn(['cat', 'secret', 'secret.txt'], { env: { CAIRN_STORE, ...env } });
    expect(stdout).toBe('nobody else reads this');
  }
  const packs = readdirSync(place.join('sealed/packs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(`${parentPath}/${name}`));
  expect(packs.length).toBeGreaterThan(0);
  for (const pack of packs) expect(pack.includes('nobody else')).toBe(false);
});

const withoutKey = { env: {}, error: 'unauthenticated', exitCode: 4, hint: 'Set CAIRN_ENCRYPTION_KEY_FILE' };
const otherOne = {
  env: { CAIRN_ENCRYPTION_KEY_FILE: 'other-key' },
  error: 'forbidden',
  exitCode: 4,
  hint: 'opened by the key',
};

test.each([
  { ...withoutKey, args: ['ls'] },
  { ...withoutKey, args: ['put', 'secret.txt', '-n', 'other'] },
  { ...withoutKey, args: ['get', 'secret', 'out'] },
  { ...withoutKey, args: ['verify'] },
  { ...withoutKey, args: ['gc', '--yes'] },
  { ...otherOne, args: ['ls'] },
  { ...otherOne, args: ['put', 'secret.txt', '-n', 'other'] },
  {
    args: ['ls'],
    env: { CAIRN_ENCRYPTION_KEY_FILE: 'nothing' },
    error: 'not_found',
    exitCode: 5,
    hint: 'CAIRN_ENCRYPTION_KEY_FILE names it',
  },
  {
    args: ['ls'],
    env: { CAIRN_ENCRYPTION_KEY: key, CAIRN_ENCRYPTION_KEY_FILE: 'key' },
    error: 'conflict',
    exitCode: 6,
    hint: 'Unset one of them',
  },
])('$args is $error with $env, and says how to go on', async ({ args, env, error, exitCode, hint }) => {
  const { stdout, stderr, code } = await cairn(args, { env: { CAIRN_STORE, ...env } });
  expect({ stdout, code }).toEqual({ stdout: '', code: exitCode });
  expect(stderr).toMatch(new RegExp(`^error \\[${error}\\]: .+\\n  .*${hint}`));
  for (const secret of [key, otherKey]) expect(stderr).not.toContain(secret);
  expect(stderr).not.toContain('    at ');
});

test('a key for a store that is not encrypted is a mistake, and not passed over', async () => {
  await cairn(['put', 'secret.txt', '-n', 'open', '-q', '--store', 'open']);
  const { stderr, code } = await cairn(['ls', '--store', 'open'], { env: { CAIRN_ENCRYPTION_KEY: key } });
  expect(stderr).toContain('error [conflict]');
  expect(code).toBe(6);
});
