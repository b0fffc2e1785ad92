import { beforeAll, expect, test } from 'vitest';
import { testPlace } from './support/cairn.js';

const { cairn } = testPlace();

beforeAll(async () => {
  expect((await cairn(['demo', '-q'])).code).toBe(0);
});

async function shown(ref: string) {
  return JSON.parse((await cairn(['show', ref, '--json'])).stdout);
}

test('alias set moves aliases to a version', async () => {
  const { stdout, code } = await cairn(['alias', 'set', 'weather:v0', 'prod', 'old one']);
  expect({ stdout, code }).toEqual({ stdout: 'weather:v0  old one, prod\n', code: 0 });
  expect((await cairn(['alias', 'set', 'weather:v1', 'prod', '-q'])).stdout).toBe('weather:v1\n');
  expect((await shown('weather:v0')).aliases).toEqual(['old one']);
  expect((await cairn(['alias', 'ls', 'weather'])).stdout).toBe(
    'weather\tlatest\tv1\nweather\told one\tv0\nweather\tprod\tv1\n',
  );
});

test('alias rm takes only what is there', async () => {
  await cairn(['alias', 'set', 'weather-split:v0', 'a', 'b']);
  const missing = await cairn(['alias', 'rm', 'weather-split:v0', 'a', 'c']);
  expect(missing.code).toBe(5);
  expect(missing.stderr).toContain('It has "b".');
  expect((await shown('weather-split:v0')).aliases).toEqual(['a', 'b']);
  expect((await cairn(['alias', 'rm', 'weather-split:v0', 'a'])).code).toBe(0);
  expect((await shown('weather-split:v0')).aliases).toEqual(['b']);
});

test('alias mv moves an alias only from where it is said to be', async () => {
  await cairn(['alias', 'set', 'weather-model:v0', 'stage']);
  expect((await cairn(['alias', 'mv', 'stage', 'weather-model:v1', 'weather-model:v2'])).code).toBe(6);
  expect((await cairn(['alias', 'mv', 'stage', 'weather-model:v0', 'weather-model:v2'])).code).toBe(0);
  expect((await shown('weather-model:stage')).version).toBe('v2');
  expect((await cairn(['alias', 'mv', 'stage', 'weather-model:v2', 'weather:v0'])).code).toBe(2);
});

test('edit changes description, metadata and tags, and nothing else', async () => {
  const before = await shown('weather-result:v0');
  const edit = [
    '-d',
    'the first',
    '-m',
    'rows.train=5',
    '-m',
    'note=two words',
    '-m',
    'text="5"',
    '--tag',
    'x',
  ];
  expect((await cairn(['edit', 'weather-result:v0', ...edit, '--unset', 'model'])).code).toBe(0);
  const { model: _, ...metadata } = before.metadata;
  expect(await shown('weather-result:v0')).toEqual({
    ...before,
    description: 'the first',
    metadata: { ...metadata, rows: { train: 5 }, note: 'two words', text: '5' },
    tags: ['x'],
  });
  await cairn(['edit', 'weather-result:v0', '-d', '', '--untag', 'x', '--unset', 'rows.train']);
  const after = await shown('weather-result:v0');
  expect(after).toMatchObject({ description: null, tags: [] });
  expect(after.metadata.rows).toEqual({});
});

test('__proto__ is a key like any other', async () => {
  expect((await cairn(['edit', 'weather:v0', '-m', '__proto__.polluted=1'])).code).toBe(0);
  const { stdout } = await cairn(['show', 'weather:v0', '--json']);
  expect(stdout).toMatch(/"__proto__": \{\s+"polluted": 1\s+\}/);
});

test('edit without anything to change is refused', async () => {
  const { code, stderr } = await cairn(['edit', 'weather']);
  expect(code).toBe(2);
  expect(stderr).toContain('nothing to change');
});
