import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { commands } from '../src/commands.js';
import { testPlace } from './support/cairn.js';

const place = testPlace();
const { cairn, bash } = place;

beforeAll(async () => {
  expect((await cairn(['demo', '-q'])).code).toBe(0);
});

describe('help', () => {
  test.each(commands)('of $name has its examples', async ({ name, examples }) => {
    const { stdout, stderr, code } = await cairn([...name.split(' '), '--help']);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    for (const { line } of examples) expect(stdout).toContain(line);
  });

  test('is the same after help as with --help, also for one of a family', async () => {
    for (const name of ['put', 'alias', 'alias set', 'backup', 'backup restore']) {
      const { stdout, code } = await cairn(['help', ...name.split(' ')]);
      expect({ stdout, code }).toEqual({
        stdout: (await cairn([...name.split(' '), '--help'])).stdout,
        code: 0,
      });
      expect(stdout).toContain(`Usage: cairn ${name} `);
    }
    expect(await cairn(['help', 'quux'])).toMatchObject({ stdout: '', code: 2 });
  });

  test('lists every command under its heading', async () => {
    const { stdout, code } = await cairn(['help']);
    expect(code).toBe(0);
    expect(stdout.indexOf('\nOptions:')).toBeGreaterThan(stdout.indexOf('\nSet up:'));
    for (const { name, group } of commands) {
      expect(stdout).toContain(`\n${group}:`);
      expect(stdout).toMatch(new RegExp(`\n  ${name.split(' ')[0]}\\b`));
    }
  });

  test('is what comes without a command, as an error', async () => {
    const { stdout, stderr, code } = await cairn([]);
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).toContain('Usage: cairn <command>');
    expect(await cairn(['alias'])).toMatchObject({ stdout: '', code: 2 });
  });
});

test('--version prints the version and loads nothing else', async () => {
  const { version } = await import('../package.json', { with: { type: 'json' } }).then(
    (json) => json.default,
  );
  expect(await cairn(['--version'])).toEqual({ stdout: `${version}\n`, stderr: '', code: 0 });
  expect((await cairn(['-p', 'x', '-V'])).stdout).toBe(`${version}\n`);
  const coverage = place.join('coverage');
  await cairn(['--version'], { env: { NODE_V8_COVERAGE: coverage } });
  const loaded = readdirSync(coverage).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(coverage, file), 'utf8'));
    return result.map(({ url }: { url: string }) => url);
  });
  const dist = join(import.meta.dirname, '../dist');
  const files = loaded
    .filter((url) => url.startsWith('file:'))
    .map((url) => relative(dist, fileURLToPath(url)));
  expect(files).toContain('bin.js');
  expect(files.filter((file) => !/^(bin|chunk-\w+)\.js$/.test(file))).toEqual([]);
});

describe('what is not known is refused with code 2 and a suggestion', () => {
  test.each([
    [['lss'], 'Did you mean "ls"?'],
    [['alias', 'sett', 'x', 'y'], 'Did you mean "set"?'],
    [['history', 'weather'], 'Did you mean "log"?'],
    [['quux'], 'cairn help'],
    [['ls', '--tpye', 'model'], 'Did you mean "--type"?'],
    [['ls', 'a', 'b'], 'cairn ls --help'],
    [['show'], 'cairn show --help'],
    [['alias', 'quux'], 'cairn alias --help'],
    [['alias', 'set', 'x'], 'cairn alias set --help'],
    [['ls', '--limit', 'many'], ''],
    [['ls', '--limit', '-5'], ''],
    [['ls', '--sort', 'colour'], 'updated'],
    [['lineage', 'weather', '--format', 'png'], ''],
    [['lineage', 'weather', '--up', '--down'], ''],
    [['ls', '--progress', 'loud'], ''],
    [['ls', '--timeout', 'soon'], '30s'],
    [['ls', '--store', 'a', '--host', 'b'], ''],
    [['ls', '--profile', 'nobody'], 'config set'],
    [['config', 'get', 'projet'], 'Did you mean "project"?'],
    [['config', 'set', 'mode', 'sideways'], 'offline'],
    [['completion', 'tcsh'], 'bash, zsh, fish'],
    [['edit', 'weather', '-m', 'novalue'], 'key=value'],
  ])('%j', async (args, hint) => {
    const { stdout, stderr, code } = await cairn(args);
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).toMatch(/^error \[usage\]: .+/);
    expect(stderr).toContain(hint);
    expect(stderr).not.toContain('    at ');
  });

  test('a name, with code 5 and the nearest', async () => {
    const { stderr, code } = await cairn(['show', 'wether']);
    expect(code).toBe(5);
    expect(stderr).toBe(
      'error [not_found]: there is no artifact "wether" in local/default\n  Did you mean "weather" (2 versions, latest → v1)?\n',
    );
    expect((await cairn(['show', 'weather-model:bets'])).stderr).toContain('Did you mean the alias "best"?');
  });
});

describe('values that look like something else', () => {
  test('one that starts with - is a value where a value is due', async () => {
    expect((await cairn(['edit', 'weather', '-d', '-p --profile'])).code).toBe(0);
    expect((await cairn(['show', 'weather', '--json=description'])).stdout).toContain('"-p --profile"');
    expect((await cairn(['ls', '-q', '--sort', '-versions', '--limit', '1'])).stdout).toBe('weather-model\n');
  });

  test('one that starts with - is an argument behind --', async () => {
    const { stderr, code } = await cairn(['show', '-x']);
    expect(code).toBe(2);
    expect(stderr).toContain('Put -- before');
    expect(await cairn(['show', '--', '-x'])).toMatchObject({ code: 5 });
    expect(await cairn(['show', '--', '--json'])).toMatchObject({ code: 5 });
  });

  test('a name with spaces is refused with the name to use', async () => {
    const { stderr, code } = await cairn(['show', 'weather model']);
    expect(code).toBe(2);
    expect(stderr).toContain('such as "weather-model"');
  });

  test('a path with a newline is shown as what it is, in one line', async () => {
    const { stderr, code } = await cairn(['files', 'weather', 'a\nerror [ok]: fine']);
    expect(code).not.toBe(0);
    expect(stderr).toContain('a\\u{a}error');
    expect(stderr).not.toMatch(/^error \[ok\]/m);
  });

  test('a command that would steer the terminal is shown as what it is', async () => {
    const { stderr } = await cairn(['\u001b[2Jls']);
    expect(stderr).toContain('\\u{1b}[2Jls');
    expect((await cairn(['edit', 'weather', '-m', '\u001b[2J'])).stderr).not.toContain('\u001b');
  });
});

describe('options of every command', () => {
  test('are taken ahead of the command and behind it, the nearer one wins', async () => {
    expect((await cairn(['-q', 'ls', '-p', 'default'])).stdout).toContain('weather\n');
    expect((await cairn(['-p', 'nothing', '-q', 'ls', '-p', 'default'])).stdout).toContain('weather\n');
    expect((await cairn(['--json', 'status'])).stdout).toMatch(/^\{/);
  });

  test('--json makes an error one object', async () => {
    const { stderr } = await cairn(['show', 'wether', '--json']);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'not_found',
        message: 'there is no artifact "wether" in local/default',
        hint: 'Did you mean "weather" (2 versions, latest → v1)?',
      },
    });
    expect(JSON.parse((await cairn(['lss', '--json'])).stderr).error.code).toBe('usage');
  });

  test('--verbose also shows where an error comes from', async () => {
    expect((await cairn(['show', 'wether', '-v'])).stderr).toContain('    at ');
  });
});

test('looking makes no store', async () => {
  const { stderr, code } = await cairn(['ls', '--store', 'nowhere']);
  expect(code).toBe(5);
  expect(stderr).toContain(`there is no store at ${place.join('nowhere')}`);
  expect((await bash('ls nowhere')).code).not.toBe(0);
});

test('an empty input changes nothing for a command that reads none', async () => {
  expect((await bash('cairn ls -q < /dev/null')).stdout).toContain('weather\n');
});

test('a hint is in the words of the command line, not in those of programs', async () => {
  place.write({ 'odd/a\nb': 'odd' });
  for (const args of [
    ['cat', 'weather', 'zzz/zzz'],
    ['run', 'show', 'nothing'],
    ['put', 'odd', '-n', 'odd'],
    ['rm', 'weather-model:best', '--yes'],
    ['get', 'weather', '--path', 'zzz'],
    ['ls', '--host', 'https://user:secret@example.com'],
  ]) {
    const { stderr, code } = await cairn(args);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/^error \[\w+\]: .+\n {2}\S/);
    expect(stderr.split('\n')[1]).not.toMatch(/[{}]|\w\(|await/);
  }
});

test('what is printed for the next command names the same there, whatever flags this one had', async () => {
  place.write({ 'far.txt': 'far' });
  for (const [flags, ref] of [
    [['-n', 'far/data'], 'far/data:v0'],
    [['-n', 'data', '-p', 'farther'], 'farther/data:v0'],
    [['-n', 'data', '-e', 'acme', '-p', 'farthest'], 'acme/farthest/data:v0'],
  ] as const) {
    expect((await cairn(['put', 'far.txt', '-q', ...flags])).stdout).toBe(`${ref}\n`);
    expect((await cairn(['show', '-q', ref])).stdout).toBe(`${ref}\n`);
  }
  expect((await cairn(['ls', 'farther', '-q'])).stdout).toBe('farther/data\n');
  expect((await cairn(['ls', 'farther/data', '-q'])).stdout).toBe('farther/data:v0\n');
  place.write({ 'far.txt': 'farther' });
  expect((await cairn(['put', 'far.txt', '-n', 'far/data'])).stderr).toContain(
    'cairn diff far/data:v0 far/data:v1',
  );
  expect((await cairn(['rm', 'far/data:v0', '--yes'])).stderr).toContain('cairn restore far/data:v0');
});

describe('what removes something for good', () => {
  beforeAll(async () => {
    expect((await cairn(['get', 'weather', 'made', '-q'])).code).toBe(0);
  });

  test.each([
    [['rm', 'weather-model:v0'], true],
    [['gc'], true],
    [['cache', 'cleanup', '0'], true],
    [['cache', 'clear'], true],
    [['get', 'weather', 'made', '--exact'], true],
    [['project', 'delete', 'default'], false],
    [['key', 'revoke', 'key:1'], false],
  ])('%j is refused where nobody can be asked, and says how it is done', async (args, isPreviewed) => {
    const { stdout, stderr, code } = await cairn(args);
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).toBe(
      `error [usage]: this needs a yes, and there is nobody to ask\n  Add --yes${isPreviewed ? ', or look first with --dry-run' : ''}.\n`,
    );
    if (isPreviewed) expect((await cairn([...args, '--dry-run'])).code).toBe(0);
  });
});
