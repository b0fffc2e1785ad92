import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { testPlace } from './support/cairn.js';

const place = testPlace();
const { cairn } = place;
const key = randomBytes(32).toString('hex');
const otherKey = randomBytes(32).toString('hex');
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

describe.each([
  ['no key', {}, 'unauthenticated', 4, 'Set CAIRN_ENCRYPTION_KEY_FILE'],
  ['another key', { CAIRN_ENCRYPTION_KEY_FILE: 'other-key' }, 'forbidden', 4, 'opened by the key'],
  ['a file that is not there', { CAIRN_ENCRYPTION_KEY_FILE: 'nothing' }, 'not_found', 5, 'names it'],
  [
    'two keys',
    { CAIRN_ENCRYPTION_KEY: key, CAIRN_ENCRYPTION_KEY_FILE: 'key' },
    'conflict',
    6,
    'Unset one of them',
  ],
] as const)('with %s', (_what, env, error, exitCode, hint) => {
  test.each([
    [['ls']],
    [['put', 'secret.txt', '-n', 'other']],
    [['get', 'secret', 'out']],
    [['verify']],
    [['gc', '--yes']],
  ])('%j says so, and how to go on', async (args) => {
    const { stdout, stderr, code } = await cairn(args, { env: { CAIRN_STORE, ...env } });
    expect({ stdout, code }).toEqual({ stdout: '', code: exitCode });
    expect(stderr).toMatch(new RegExp(`^error \\[${error}\\]: .+\\n  .*${hint}`));
    for (const secret of [key, otherKey]) expect(stderr).not.toContain(secret);
    expect(stderr).not.toContain('    at ');
  });
});

test('a key for a store that is not encrypted is a mistake, and not passed over', async () => {
  await cairn(['put', 'secret.txt', '-n', 'open', '-q', '--store', 'open']);
  const { stderr, code } = await cairn(['ls', '--store', 'open'], { env: { CAIRN_ENCRYPTION_KEY: key } });
  expect(stderr).toContain('error [conflict]');
  expect(code).toBe(6);
});
