import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { testPlace } from './support/cairn.js';
import { expectRecord } from './support/matches-record.js';
import { inTerminal } from './support/terminal.js';

const place = testPlace();
const { cairn } = place;

async function json(...args: readonly string[]) {
  const { stdout, stderr } = await cairn([...args, '--json']);
  expect(stdout, stderr).toMatch(/^[[{]/);
  return JSON.parse(stdout);
}

/** Bytes that nothing compresses, always the same. */
function noise(seed: string, size: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(size / 64) }, (_, i) =>
    createHash('sha512').update(`${seed} ${i}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, size);
}

beforeAll(async () => {
  place.write({ 'd/a.txt': 'one', 'd/in/b.txt': 'two' });
  writeFileSync(place.join('d/large'), noise('v0', 3_000_000));
  expect((await cairn(['put', 'd', '-n', 'data', '-q'])).code).toBe(0);
  writeFileSync(place.join('d/large'), noise('v1', 2_000_000));
  expect((await cairn(['put', 'd', '-n', 'data', '-q', '-a', 'best'])).code).toBe(0);
});

describe('verify', () => {
  test('names what is wrong in a folder that get made, with code 7', async () => {
    await cairn(['get', 'data:v1', 'out']);
    expect(await cairn(['verify', 'out'])).toEqual({
      stdout: '',
      stderr: `${place.join('out')} is data:v1: 3 files verified\n`,
      code: 0,
    });
    const bytes = readFileSync(place.join('out/large'));
    bytes[1_000_000] = (bytes[1_000_000] as number) ^ 1;
    writeFileSync(place.join('out/large'), bytes);
    rmSync(place.join('out/a.txt'));
    place.write({ 'out/mine.txt': 'mine' });
    const { stdout, stderr, code } = await cairn(['verify', 'out']);
    expect({ stdout, code }).toEqual({
      stdout: 'changed\tlarge\nmissing\ta.txt\nextra\tmine.txt\n',
      code: 7,
    });
    expect(stderr).toContain('mend it with: cairn get data:v1');
    expect(await cairn(['verify', 'out', '-q'])).toEqual({ stdout: 'large\na.txt\n', stderr: '', code: 7 });
    const report = await json('verify', 'out');
    expectRecord(report, 'folder check');
    expect(report).toMatchObject({ ok: false, changed: ['large'], missing: ['a.txt'], extra: ['mine.txt'] });
  });

  test('knows what get left out', async () => {
    await cairn(['get', 'data:v1', 'part', '--path', 'in/']);
    expect(await cairn(['verify', 'part'])).toMatchObject({ stdout: '', code: 0 });
  });

  test('compares a version with the folder that is named, or that get makes by itself', async () => {
    expect((await cairn(['verify', 'data:v1', 'd'])).code).toBe(0);
    expect((await cairn(['verify', 'data:v0', 'd'])).stdout).toBe('changed\tlarge\n');
    expect((await cairn(['verify', 'data:v0'])).code).toBe(5);
    await cairn(['get', 'data:v0']);
    expect((await cairn(['verify', 'data:v0'])).code).toBe(0);
    expect((await cairn(['verify', 'nothing'])).code).toBe(5);
    expect((await cairn(['verify', 'data:v0', '--repair'])).code).toBe(2);
  });

  test('of the store reads every byte, and mends what it can', async () => {
    const sound = await json('verify');
    expectRecord(sound, 'store check');
    expect(sound).toMatchObject({ ok: true, problemCount: 0, versions: 2 });
    const packs = place.join('.cairn/packs');
    const [largest = ''] = readdirSync(packs).sort((a, b) => size(`${packs}/${b}`) - size(`${packs}/${a}`));
    renameSync(`${packs}/${largest}`, place.join('kept.pack'));
    writeFileSync(`${packs}/${largest}`, damaged(readFileSync(place.join('kept.pack'))));
    const { stdout, stderr, code } = await cairn(['verify']);
    expect(code).toBe(7);
    expect(stdout).toContain(largest.replace('.pack', ''));
    expect(stderr).toContain('cairn verify --repair');
    renameSync(place.join('kept.pack'), `${packs}/${largest}`);
    expect((await cairn(['verify', '--repair'])).code).toBe(0);
    expect((await cairn(['verify'])).stderr).toContain('all is well');
  });
});

function size(file: string): number {
  return statSync(file).size;
}

function damaged(bytes: Buffer): Buffer {
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] as number) ^ 1;
  return bytes;
}

describe('rm', () => {
  test('shows what would be freed, and deletes nothing in a dry run', async () => {
    const { stdout, stderr, code } = await cairn(['rm', 'data:v0', 'data:v0', '--dry-run']);
    expect(code).toBe(0);
    const [version, aliases, bytes, frees] = stdout.trimEnd().split('\t');
    expect({ version, aliases, bytes }).toEqual({ version: 'data:v0', aliases: '', bytes: '3000006' });
    expect(Number(frees)).toBeGreaterThan(3_000_000);
    expect(stderr).toMatch(/^would delete 1 version, which frees 2\.87 MiB; nothing was deleted\n$/);
    for (const each of await json('rm', 'data:v0', '--dry-run')) expectRecord(each, 'removed version');
    expect((await cairn(['log', 'data', '-q'])).stdout).toBe('data:v1\ndata:v0\n');
  });

  test('is refused without a terminal, unless it is answered', async () => {
    const { stderr, code } = await cairn(['rm', 'data:v0']);
    expect(code).toBe(2);
    expect(stderr).toContain('--yes');
    expect((await cairn(['rm', 'data', '--yes'])).stderr).toContain('data:v0');
    expect((await cairn(['rm', 'data:v8', 'data:v9', '--yes'])).code).toBe(5);
    expect((await cairn(['log', 'data', '-q'])).stdout).toBe('data:v1\ndata:v0\n');
  });

  test('leaves what has other aliases, unless these are to go too', async () => {
    const { stderr, code } = await cairn(['rm', 'data:v1', '--yes']);
    expect(code).toBe(6);
    expect(stderr).toContain('best');
    expect((await cairn(['show', 'data:best', '-q'])).stdout).toBe('data:v1\n');
  });

  test('asks in a terminal, and takes no for an answer', async () => {
    const no = await inTerminal(place, ['rm', 'data:v0'], { typing: [{ after: 'frees', keys: 'n' }] });
    expect(no.text).toContain('local/default/data:v0');
    expect(no.code).not.toBe(0);
    expect((await cairn(['show', 'data:v0', '-q'])).code).toBe(0);
    const yes = await inTerminal(place, ['rm', 'data:v0'], { typing: [{ after: 'frees', keys: 'y' }] });
    expect(yes.code).toBe(0);
    expect((await cairn(['show', 'data:v0'])).code).toBe(5);
  });
});

describe('restore', () => {
  test('brings back what was deleted, which log can list', async () => {
    const listed = await json('log', 'data', '--deleted');
    expect(listed).toMatchObject([{ version: 'v0', aliases: [] }]);
    expect((await cairn(['restore', 'data:v0', '-q'])).stdout).toBe('data:v0\n');
    expect((await cairn(['log', 'data', '-q'])).stdout).toBe('data:v1\ndata:v0\n');
    expect((await cairn(['show', 'data:latest', '-q'])).stdout).toBe('data:v1\n');
    expect((await cairn(['log', 'data', '--deleted'])).stdout).toBe('');
    expect((await cairn(['cat', 'data:v0', 'a.txt'])).stdout).toBe('one');
    // Once more changes nothing; its digest is as good as its number.
    expect((await cairn(['restore', 'data:v0', '-q'])).code).toBe(0);
    await cairn(['rm', 'data:v0', '--yes']);
    const [restored] = await json('restore', `data@${listed[0].digest}`);
    expectRecord(restored, 'version');
    expect(restored).toMatchObject({ version: 'v0', aliases: [] });
  });

  test('says which can be, and does the others with code 3', async () => {
    const partly = await cairn(['rm', 'data:v0', 'data:v9', '--yes']);
    expect(partly.code).toBe(3);
    expect(partly.stderr).toMatch(/^error \[not_found\]: .*data:v9/);
    expect(partly.stderr).toContain('cairn restore data:v0');
    const restored = await cairn(['restore', 'data:v9', 'data:v0', '-q']);
    expect(restored).toMatchObject({ stdout: 'data:v0\n', code: 3 });
    expect(restored.stderr).toContain('cairn log data --deleted');
    expect((await cairn(['restore', 'data:v9'])).code).toBe(5);
    expect((await cairn(['restore', 'data:best'])).code).toBe(2);
    expect((await cairn(['rm', 'data:v0', 'data:v1', '--yes'])).code).toBe(3);
  });
});

describe('gc', () => {
  test('frees what a deleted version alone needed', async () => {
    const preview = await cairn(['gc', '--dry-run']);
    expect(Number(preview.stdout)).toBeGreaterThan(3_000_000);
    const refused = await cairn(['gc', '--grace', '0']);
    expect(refused).toMatchObject({ stdout: '', code: 2 });
    expect(refused.stderr).toContain('--yes');
    const first = await json('gc', '--yes');
    expect(first.freedBytes).toBe(0);
    expect(first.keptBytes.young).toBeGreaterThan(0);
    const result = await json('gc', '--grace', '0', '--yes');
    expectRecord(result, 'garbage');
    expect(result.freedBytes).toBeGreaterThan(3_000_000);
    expect(await cairn(['gc', '--grace', '0', '-q', '--yes'])).toEqual({
      stdout: '0\n',
      stderr: '',
      code: 0,
    });
    expect((await cairn(['verify'])).code).toBe(0);
    expect((await cairn(['log', 'data', '--deleted'])).stdout).toBe('');
    expect((await cairn(['restore', 'data:v0'])).code).toBe(5);
  });

  test('tells programs how far it is', async () => {
    const { stderr } = await cairn(['gc', '--yes', '--progress', 'json']);
    expect(JSON.parse(stderr.split('\n')[0] ?? '')).toEqual({
      ...{ message_type: 'status', phase: 'mark', done: 0, total: null },
    });
  });
});

test('what works on a folder says so of a server', async () => {
  for (const command of ['gc', 'verify']) {
    const { stderr, code } = await cairn([command, '--store', 'http://127.0.0.1:9']);
    expect(code).toBe(2);
    expect(stderr).toContain('--store FOLDER');
  }
});

describe('run', () => {
  test('list shows runs, the newest first', async () => {
    const runs = await json('run', 'list');
    for (const run of runs) expectRecord(run, 'run');
    expect(runs).toMatchObject([{ jobType: 'put', state: 'finished' }, { jobType: 'put' }]);
    const ids = (await cairn(['run', 'list', '-q'])).stdout;
    expect(ids).toBe(`${runs[0].id}\n${runs[1].id}\n`);
    expect((await cairn(['run', 'list', '--job-type', 'train'])).stdout).toBe('');
    expect((await cairn(['run', 'list', '--limit', '1', '-q'])).stdout).toBe(`${runs[0].id}\n`);
  });

  test('show says what a run used and logged', async () => {
    const [{ id }] = await json('run', 'list');
    const run = await json('run', 'show', id);
    expectRecord(run, 'run with its versions');
    expect(run).toMatchObject({ used: [], logged: ['local/default/data:v1'] });
    expect((await cairn(['run', 'show', id])).stdout).toContain('local/default/data:v1');
    expect((await cairn(['run', 'show', 'nobody'])).code).toBe(5);
  });
});
