import { mkdirSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { testPlace } from './support/cairn.js';

const place = testPlace();
const { cairn, bash } = place;
// The limit is for people, not for a machine with much else to do.
const env = { CAIRN_COMPLETION_TIMEOUT: '60000' };

beforeAll(async () => {
  expect((await cairn(['demo', '-q'])).code).toBe(0);
});

/** What is offered for the last word, without what it means. */
async function offered(...words: string[]): Promise<string[]> {
  const { stdout, stderr, code } = await cairn(['__complete', '--', ...words], { env });
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')[0] ?? '']));
}

describe('offers', () => {
  test('commands, and those of a family', async () => {
    expect(await offered('li')).toEqual(['lineage']);
    expect(await offered('')).toContain('ls');
    expect(await offered('alias', '')).toEqual(['set', 'rm', 'mv', 'ls']);
    expect(await offered('-p', 'x', 'ali')).toEqual(['alias']);
  });

  test('options, and their choices', async () => {
    expect(await offered('ls', '--so')).toEqual(['--sort']);
    expect(await offered('lineage', 'weather', '--format', 'm')).toEqual(['mermaid']);
    expect(await offered('ls', '--sort', '')).toEqual([]);
  });

  test('names, versions and aliases that are there', async () => {
    expect(await offered('show', 'weather-m')).toEqual(['weather-model']);
    expect(await offered('show', 'weather:')).toEqual(['weather:latest', 'weather:v1', 'weather:v0']);
    expect(await offered('diff', 'weather:v0', 'weather:v')).toEqual(['weather:v1', 'weather:v0']);
    expect(await offered('show', 'local/default/weather-r')).toEqual(['local/default/weather-result']);
    expect(await offered('show', '-p', 'other', 'w')).toEqual([]);
  });

  test('paths of a version, folder by folder', async () => {
    expect(await offered('files', 'weather-split', '')).toEqual(['test.csv', 'train.csv']);
  });

  test('profiles', async () => {
    await cairn(['config', 'set', 'entity', 'x', '--profile', 'work']);
    expect(await offered('ls', '--profile', 'w')).toEqual(['work']);
  });
});

describe('is silent', () => {
  test('where there is no store, and makes none', async () => {
    expect(await offered('show', '--store', 'nowhere', 'w')).toEqual([]);
    expect((await bash('ls -d nowhere')).code).not.toBe(0);
  });

  test('when something is wrong', async () => {
    place.write({ 'broken/cairn.json': '{' });
    expect(await bash('cd broken && cairn __complete -- show w')).toEqual({
      stdout: '',
      stderr: '',
      code: 0,
    });
    mkdirSync(place.join('not-a-store'));
    expect(await offered('show', '--store', 'not-a-store', 'w')).toEqual([]);
  });

  test('after the time a person waits', async () => {
    const { stdout, stderr, code } = await cairn(['__complete', '--', 'show', 'w'], {
      env: { CAIRN_COMPLETION_TIMEOUT: '1' },
    });
    expect({ stdout, stderr, code }).toEqual({ stdout: '', stderr: '', code: 0 });
  });

  test('about words that a shell would take for more', async () => {
    await cairn(['alias', 'set', 'weather:v0', '$(touch owned)', 'a;b', 'fine']);
    const found = await offered('show', 'weather:');
    expect(found).toContain('weather:fine');
    expect(found.join('')).not.toMatch(/[$;]/);
  });
});

describe('in bash', () => {
  /** What bash makes of a line at whose end Tab is pressed. */
  async function completed(line: string): Promise<string[]> {
    const { stdout } = await bash(
      `export CAIRN_COMPLETION_TIMEOUT=60000; source <(cairn completion bash); COMP_LINE='${line}'; COMP_POINT=${line.length}; _cairn; printf '%s\\n' "\${COMPREPLY[@]}"`,
    );
    return stdout.trimEnd().split('\n');
  }

  test('commands, names and versions complete', async () => {
    expect(await completed('cairn lin')).toEqual(['lineage']);
    expect(await completed('cairn show weather-m')).toEqual(['weather-model']);
    // Bash replaces only what is behind the colon.
    expect(await completed('cairn show weather:v')).toEqual(['v1', 'v0']);
    expect(await completed('cairn files weather-split ')).toEqual(['test.csv', 'train.csv']);
  });
});

test.each(['bash', 'zsh', 'fish'])('%s has a script that asks the program', async (shell) => {
  const { stdout, code } = await cairn(['completion', shell]);
  expect(code).toBe(0);
  expect(stdout).toContain('cairn __complete -- ');
});
