import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { testPlace } from './support/cairn.js';
import { expectRecord } from './support/matches-record.js';
import { inTerminal } from './support/terminal.js';

const place = testPlace();
const { cairn, bash } = place;

async function json(...args: readonly string[]) {
  const { stdout, stderr, code } = await cairn([...args, '--json']);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

function files(folder: string): string[] {
  return readdirSync(place.join(folder), { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map((item) => `${item.parentPath}/${item.name}`.slice(place.join(folder).length + 1))
    .sort();
}

describe('put', () => {
  test('logs a folder, says what changed, and how to use it', async () => {
    place.write({ 'bikes/a.txt': 'one', 'bikes/raw/b.txt': 'two', 'bikes/c.tmp': 'three' });
    const first = await cairn([
      'put',
      'bikes',
      '-a',
      'best',
      '-m',
      'rows=3',
      '-d',
      'all of them',
      '--tag',
      'x',
    ]);
    expect(first).toEqual({
      stdout: 'bikes:v0 (best, latest)  3 files · sent 11 B of 11 B\n',
      stderr: `in:      local/default of ${place.join('.cairn')}\nuse it:  run.useArtifact('local/default/bikes:v0')\n`,
      code: 0,
    });
    expect(await json('show', 'bikes')).toMatchObject({
      ...{ type: 'dataset', metadata: { rows: 3 }, description: 'all of them', tags: ['x'] },
      loggedBy: { jobType: 'put', state: 'finished' },
    });
    place.write({ 'bikes/a.txt': 'other', 'bikes/new.txt': 'new' });
    const second = await cairn(['put', 'bikes']);
    expect(second.stdout).toBe('bikes:v1 (latest)  1 new, 1 changed, 2 same · sent 8 B of 16 B\n');
    expect(second.stderr).toContain('compare:  cairn diff bikes:v0 bikes:v1');
  });

  test('is a job of the type that the environment says', async () => {
    place.write({ 'job.txt': 'job' });
    await cairn(['put', 'job.txt', '-n', 'job', '-q'], { env: { CAIRN_JOB_TYPE: 'collect' } });
    const { loggedBy } = JSON.parse((await cairn(['show', 'job', '--json'])).stdout);
    expect(loggedBy.jobType).toBe('collect');
  });

  test('of the same content makes no version', async () => {
    expect(await cairn(['put', 'bikes'])).toMatchObject({ stdout: 'no change: same as bikes:v1\n', code: 0 });
    expect(await cairn(['put', 'bikes', '-q'])).toEqual({ stdout: 'bikes:v1\n', stderr: '', code: 0 });
    const again = await json('put', 'bikes');
    expectRecord(again, 'logged version');
    expect(again).toMatchObject({ version: 'v1', isNew: false, sentBytes: 0, changes: null });
  });

  test('takes what is included and not excluded', async () => {
    const globs = ['--include', '**/*.txt', '--include', '*.tmp', '--exclude', 'raw'];
    const logged = await json('put', 'bikes', '-n', 'some', ...globs, '--path', 'data');
    expectRecord(logged, 'logged version');
    const entries = await json('files', 'some');
    expect(entries.map((entry: { path: string }) => entry.path)).toEqual([
      'data/a.txt',
      'data/c.tmp',
      'data/new.txt',
    ]);
  });

  test('--dry-run lists what would be in it and stores nothing', async () => {
    const plan = await cairn(['put', 'bikes', '--exclude', '*.tmp', '--dry-run', '--store', 'unmade']);
    expect(plan.stdout).toBe('a.txt\t5\nnew.txt\t3\nraw/b.txt\t3\n');
    expect(plan.stderr).toBe('would log bikes (dataset) with 3 files, 11 B; nothing was stored\n');
    expect(existsSync(place.join('unmade'))).toBe(false);
    for (const entry of await json('put', 'bikes', '--dry-run')) expectRecord(entry, 'planned entry');
  });

  test('logs a file, into the project that the name says', async () => {
    place.write({ 'model.bin': 'weights' });
    const logged = await json(
      'put',
      'model.bin',
      '-n',
      'acme/cars/model',
      '-t',
      'model',
      '--path',
      'in/m.bin',
    );
    expect(logged).toMatchObject({ entity: 'acme', project: 'cars', name: 'model', type: 'model' });
    expect((await cairn(['cat', 'acme/cars/model', 'in/m.bin'])).stdout).toBe('weights');
  });

  test('logs what comes by stdin, also nothing', async () => {
    const dump = await cairn(['put', '-', '--path', 'shop.sql', '-n', 'dump', '-q'], { input: 'select 1' });
    expect(dump).toEqual({ stdout: 'dump:v0\n', stderr: '', code: 0 });
    expect((await cairn(['cat', 'dump', 'shop.sql'])).stdout).toBe('select 1');
    const empty = await cairn(['put', '-', '--path', 'empty', '-n', 'empty'], { input: '' });
    expect(empty.stdout).toBe('empty:v0 (latest)  1 file · sent 0 B of 0 B\n');
    expect(await cairn(['cat', 'empty', 'empty'])).toEqual({ stdout: '', stderr: '', code: 0 });
  });

  test('has to be told the project, or asks a person', async () => {
    place.write({ 'model.bin': 'model' });
    const env = { CAIRN_PROJECT: '' };
    const { stdout, stderr, code } = await cairn(['put', 'model.bin', '-n', 'lost'], { env });
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).toContain('Add -p PROJECT');
    expect((await cairn(['put', 'model.bin', '-n', 'lost', '--dry-run'], { env })).code).toBe(0);
    expect((await cairn(['show', 'lost'])).code).toBe(5);
    expect((await json('put', 'model.bin', '-n', 'said/lost')).project).toBe('said');
    const asked = await inTerminal(place, ['put', 'model.bin', '-n', 'asked'], {
      env,
      typing: [{ after: 'Which project', keys: 'cars\r' }],
    });
    expect(asked).toMatchObject({ code: 0 });
    expect((await cairn(['show', 'cars/asked', '-q'])).code).toBe(0);
    const usual = await inTerminal(place, ['put', 'model.bin', '-n', 'usual'], {
      env,
      typing: [{ after: 'Which project', keys: '\r' }],
    });
    expect(usual).toMatchObject({ code: 0 });
    expect((await cairn(['show', 'default/usual', '-q'])).code).toBe(0);
  });

  test('reads metadata from a file or stdin, with values on top', async () => {
    place.write({ 'meta.json': '{"rows": 1, "inner": {"a": 1}}' });
    const meta = ['--metadata-file', 'meta.json', '-m', 'inner.b=true', '-m', 'text=two words'];
    const merged = { rows: 1, inner: { a: 1, b: true }, text: 'two words' };
    expect((await json('put', 'model.bin', '-n', 'm', ...meta)).metadata).toEqual(merged);
    const piped = ['put', 'model.bin', '-n', 'm2', '--metadata-file', '-', '--json=metadata'];
    expect(JSON.parse((await cairn(piped, { input: '{"rows": 7}' })).stdout)).toEqual({
      metadata: { rows: 7 },
    });
    const empty = await cairn(piped, { input: '' });
    expect(empty.code).toBe(2);
    expect(empty.stderr).toContain("can't read metadata from stdin");
  });

  test('records references, and copies nothing', async () => {
    const uri = `file://${place.join('bikes')}/`;
    expect((await json('put', uri, '-n', 'refs')).name).toBe('refs');
    const [first] = await json('files', 'refs');
    expect(first).toMatchObject({ path: 'a.txt', kind: 'reference', verified: true });
    await json('put', `${uri}a.txt`, '-n', 'unseen', '--no-checksum', '--path', 'x');
    expect(await json('files', 'unseen')).toMatchObject([{ path: 'x', kind: 'reference', verified: false }]);
  });

  test('takes values that look like something else as they are', async () => {
    place.write({ '-x/--json': 'dashes', 'sp ace/a\nb.txt': 'newline' });
    expect((await cairn(['put', '-q', '-n', 'dashes', '-d', '-q', '--', '-x'])).stdout).toBe('dashes:v0\n');
    expect((await cairn(['files', 'dashes', '-q'])).stdout).toBe('--json\n');
    const spaces = await cairn(['put', 'sp ace']);
    expect(spaces.code).toBe(2);
    expect(spaces.stderr).toContain('such as "sp-ace"');
    const refused = await cairn(['put', 'sp ace', '-n', 'newline']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('a\\u{a}b.txt');
  });

  test.each([
    [['put'], ''],
    [['put', ''], 'Give a path'],
    [['put', '-', '-n', 'x'], '--path'],
    [['put', '-', '--path', 'x'], 'Name it with -n'],
    [['put', '-', '--path', 'x', '-n', 'x', '--metadata-file', '-'], 'with -m'],
    [['put', 'model.bin', '--include', '*'], 'Leave it out'],
    [['put', 'model.bin', '--no-checksum'], 'checksum'],
    [['put', 'model.bin', '-n', 'a/b/c/d'], '[[entity/]project/]name'],
    [['put', 'model.bin', '-m', 'rows'], 'key=value'],
    [['put', 'model.bin', '--metadata-file', 'model.bin'], ''],
    [['put', 'model.bin', '-a', 'v3'], ''],
  ])('%j is refused', async (args, hint) => {
    const { stdout, stderr, code } = await cairn(args);
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).toContain(hint);
  });

  test('of what is not there, or of another type, fails and makes no version', async () => {
    expect((await cairn(['put', 'nowhere'])).code).toBe(5);
    expect((await cairn(['put', 'nowhere', '--store', 'unmade', '--dry-run'])).code).toBe(5);
    expect((await cairn(['put', 'model.bin', '-n', 'bikes', '-t', 'model'])).code).toBe(6);
    expect((await cairn(['log', 'bikes', '-q'])).stdout).toBe('bikes:v1\nbikes:v0\n');
  });
});

describe('get', () => {
  test('makes the files, and says where on the last line', async () => {
    const first = await cairn(['get', 'bikes:v1', 'out']);
    expect(first).toEqual({
      stdout: `${place.join('out')}\n`,
      stderr: 'bikes:v1  4 files · 16 B written\n',
      code: 0,
    });
    expect(files('out')).toEqual(['a.txt', 'c.tmp', 'new.txt', 'raw/b.txt']);
    expect((await cairn(['get', 'bikes:v1', 'out'])).stderr).toBe(
      'bikes:v1  4 files · 0 B written, 16 B were there\n',
    );
    const elsewhere = await cairn(['get', 'bikes:best', '-q']);
    expect(elsewhere).toEqual({ stdout: `${place.join('artifacts/bikes-v0')}\n`, stderr: '', code: 0 });
  });

  test('mends what is wrong and leaves what is strange, unless it is to be exact', async () => {
    place.write({ 'out/a.txt': 'wrong', 'out/strange.txt': 'mine' });
    const plan = await cairn(['get', 'bikes:v1', 'out', '--exact', '--dry-run']);
    expect(plan.stdout).toBe('replace\ta.txt\nremove\tstrange.txt\n');
    expect(readFileSync(place.join('out/a.txt'), 'utf8')).toBe('wrong');
    for (const file of await json('get', 'bikes:v1', 'out', '--dry-run')) expectRecord(file, 'planned file');
    expect(await cairn(['get', 'bikes:v1', 'out', '-q'])).toMatchObject({ code: 0 });
    expect(readFileSync(place.join('out/a.txt'), 'utf8')).toBe('other');
    expect(files('out')).toContain('strange.txt');
    const refused = await cairn(['get', 'bikes:v1', 'out', '--exact']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--dry-run');
    expect((await cairn(['get', 'bikes:v1', 'out', '--exact', '--yes'])).code).toBe(0);
    expect((await cairn(['get', 'bikes:v1', 'new', '--exact'])).code).toBe(0);
    expect(files('out')).not.toContain('strange.txt');
  });

  test('of some paths makes only these', async () => {
    const some = await json('get', 'bikes:v1', 'some', '--path', '*.tmp', '--path', 'raw/', '--verify');
    expectRecord(some, 'download');
    expect(some).toMatchObject({ folder: place.join('some'), files: 2, writtenBytes: 8, verified: true });
    expect(files('some')).toEqual(['c.tmp', 'raw/b.txt']);
    const none = await cairn(['get', 'bikes:v1', 'none', '--path', '*.jpg']);
    expect(none.code).toBe(5);
    expect(none.stderr).toContain('"*.jpg"');
    expect(existsSync(place.join('none'))).toBe(false);
  });

  test('of what is not there suggests what is', async () => {
    const { stderr, code } = await cairn(['get', 'bikes:besst', 'nowhere']);
    expect(code).toBe(5);
    expect(stderr).toContain('Did you mean the alias "best"?');
    expect(existsSync(place.join('nowhere'))).toBe(false);
  });

  test('into a folder that holds the store is not exact', async () => {
    const { code } = await cairn(['get', 'bikes', '.', '--exact', '--yes']);
    expect(code).toBe(6);
    expect((await cairn(['ls', '-q'])).stdout).toContain('bikes\n');
  });
});

describe('cat', () => {
  test('prints an entry, byte for byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 31) % 256));
    writeFileSync(place.join('bytes'), bytes);
    await cairn(['put', 'bytes']);
    expect((await bash('cairn cat bytes bytes | cmp - bytes')).code).toBe(0);
    expect((await bash('cairn cat bytes bytes -q | cmp - bytes')).code).toBe(0);
  });

  test('ends in silence when nobody reads on', async () => {
    const { stdout, stderr, code } = await bash(
      'head -c 30000000 /dev/zero | tr "\\0" y | cairn put - --path big -n big -q && set -o pipefail && cairn cat big big | head -c 5',
    );
    expect({ stdout, stderr, code }).toEqual({ stdout: 'big:v0\nyyyyy', stderr: '', code: 0 });
  });

  test('of a folder, or of what is not there, says so', async () => {
    expect(await cairn(['cat', 'bikes:v1', 'raw'])).toMatchObject({ stdout: '', code: 5 });
    expect((await cairn(['cat', 'bikes:v1', 'a.tx'])).stderr).toContain('Did you mean "a.txt"?');
  });
});
