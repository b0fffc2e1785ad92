import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testPlace } from './support/cairn.js';
import { expectRecord } from './support/matches-record.js';
import { type Served, serve } from './support/served.js';

const place = testPlace();
const { cairn } = place;
const env = { CAIRN_CACHE_DIR: place.join('cache') };
let server: Served;

beforeAll(async () => {
  place.write({ 'd/a.txt': 'one', 'd/b.txt': 'two' });
  for (const name of ['x', 'y']) expect((await cairn(['put', 'd', '-n', name, '-q'])).code).toBe(0);
  place.write({ 'd/a.txt': 'other' });
  expect((await cairn(['put', 'd', '-n', 'x', '-q'])).code).toBe(0);
  server = await serve(place, ['--data', 'data', '--no-keys']);
});
afterAll(async () => {
  await server.stop();
});

async function json(args: readonly string[]) {
  const { stdout, stderr } = await cairn([...args, '--json'], { env });
  expect(stdout, stderr).toMatch(/^[[{]/);
  return JSON.parse(stdout);
}

describe('sync', () => {
  test('sends what is here to the server, each version once', async () => {
    const sent = await json(['sync', '--host', server.url]);
    for (const version of sent) expectRecord(version, 'synced version');
    expect(sent.map(({ name, there }: { name: string; there: string }) => `${name}:${there}`)).toEqual([
      'x:v0',
      'y:v0',
      'x:v1',
    ]);
    const again = await cairn(['sync', '--host', server.url], { env });
    expect(again.stdout).toBe('');
    expect(again.stderr).toContain('0 versions and 0 runs sent');
    expect((await cairn(['log', 'x', '-q', '--host', server.url], { env })).stdout).toBe('x:v1\nx:v0\n');
  });

  test('goes from one folder to another, too, and only what is asked for', async () => {
    await cairn(['put', 'd', '-n', 'other/z', '-q']);
    const sent = await cairn(['sync', '--from', '.cairn', '--store', 'copy', '-p', 'other', '-q']);
    expect(sent.stdout).toBe('local/other/z:v0\n');
    expect((await cairn(['sync'])).code).toBe(2);
    expect((await cairn(['sync', '--host', 'http://127.0.0.1:9', '--timeout', '1s'])).code).toBe(8);
  });
});

describe('backup and restore', () => {
  test('bring back a store that was lost', async () => {
    const made = await json(['backup', 'kept']);
    expectRecord(made, 'backup');
    expect((await cairn(['backup', 'kept', '-q'])).stdout).toBe(`${place.join('kept')}\n`);
    const restored = await json(['backup', 'restore', 'kept', 'back']);
    expectRecord(restored, 'restored store');
    expect(restored.versions).toBe(4);
    expect((await cairn(['cat', 'x:v0', 'a.txt', '--store', 'back'])).stdout).toBe('one');
    expect((await cairn(['put', 'd', '-n', 'x', '-q', '--store', 'back'])).stdout).toBe('x:v1\n');
  });

  test('refuse to write over anything', async () => {
    expect((await cairn(['backup', 'restore', 'kept', 'd'])).code).toBe(6);
    expect((await cairn(['backup', 'd'])).code).toBe(6);
    expect((await cairn(['backup', 'restore', 'd', 'new'])).code).toBe(5);
    expect(existsSync(place.join('new'))).toBe(false);
    expect((await cairn(['backup', 'b', '--host', server.url])).code).toBe(2);
  });
});

describe('cache', () => {
  test('is looked at, cut down to a size, and cleared', async () => {
    rmSync(place.join('cache'), { recursive: true, force: true });
    place.write({ 'cache/servers/a': 'x'.repeat(600), 'cache/servers/b': 'y'.repeat(500) });
    const info = await json(['cache', 'info']);
    expectRecord(info, 'cache');
    expect(info).toMatchObject({ folder: place.join('cache'), bytes: 1100, files: 2, freedBytes: 0 });
    expect(await json(['cache', 'cleanup', '1kB', '--dry-run'])).toMatchObject({ freedBytes: 600, files: 1 });
    expect(existsSync(place.join('cache/servers/a'))).toBe(true);
    for (const call of [['clear'], ['cleanup', '1KiB']]) {
      expect((await cairn(['cache', ...call], { env })).code).toBe(2);
    }
    expect((await cairn(['cache', 'cleanup', '1KiB', '-q', '--yes'], { env })).stdout).toBe('500\n');
    expect(await json(['cache', 'clear', '--yes'])).toMatchObject({ bytes: 0, freedBytes: 500 });
    expect((await cairn(['cache', 'cleanup', 'lots'])).code).toBe(2);
  });
});

describe('doctor', () => {
  test('finds nothing wrong with what is right', async () => {
    const checks = await json(['doctor']);
    for (const check of checks) expectRecord(check, 'check');
    expect(checks.map(({ check }: { check: string }) => check)).toEqual([
      'settings',
      'cache',
      'store',
      'room',
      'storage',
    ]);
    expect(checks[0].found).toMatch(/^profile default, .*project default \(CAIRN_PROJECT\)/);
    expect(checks.at(-1).found).toBe('stored, read and read in part');
    expect(await cairn(['doctor', '-q'], { env })).toEqual({ stdout: '', stderr: '', code: 0 });
    expect((await cairn(['doctor', '--store', 'unmade'], { env })).stdout).toContain('none yet');
  });

  test('says what is wrong, and how to mend it', async () => {
    const gone = await cairn(['doctor', '--host', 'http://127.0.0.1:9', '--timeout', '1s'], { env });
    expect(gone.code).toBe(1);
    expect(gone.stderr).toContain('wrong: server');
    expect(gone.stdout).toContain('nothing listens at 127.0.0.1:9\tStart the server');
    place.write({ 'config/config.json': '{}' });
    chmodSync(place.join('config/config.json'), 0o644);
    const open = await cairn(['doctor'], { env });
    expect(open.code).toBe(1);
    expect(open.stdout).toContain('chmod 600');
    rmSync(place.join('config/config.json'));
    expect((await cairn(['backup', 'restore', 'kept', 'broken'])).code).toBe(0);
    writeFileSync(place.join('broken/cairn.db'), 'no database');
    expect((await cairn(['doctor', '--store', 'broken'], { env })).stderr).toContain('wrong: store');
  });
});
