import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../src/index.js';
import { runProgram } from './child.js';
import { checkInvariants } from './inspect-store.js';
import { report } from './report.js';
import { isFull } from './scale.js';

let base: string;
let folder: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'cairn-disks-'));
  folder = join(base, 'store');
  const { lines } = await runProgram('log-versions', [folder, 'model', '3', 'before']);
  expect(lines).toHaveLength(3);
});
afterEach(() => rm(base, { recursive: true }));

/** The versions in the store, after all promises were checked. */
async function countVersions(): Promise<number> {
  const store = await openStore(folder);
  try {
    return (await checkInvariants(store)).length;
  } finally {
    await store.close();
  }
}

const hasNamespaces =
  process.platform === 'linux' && spawnSync('unshare', ['-m', 'mount', '--version']).status === 0;
const title = hasNamespaces ? '' : ' (skipped: needs root on Linux)';

/** Runs a script of shell, in which mounts are made that nobody else sees; `log` and `read` start the test programs. */
function inNamespace(script: string): unknown[] {
  const program = (name: string) =>
    `${process.execPath} ${fileURLToPath(new URL(`programs/${name}.mjs`, import.meta.url))}`;
  const prelude = `set -e; log() { ${program('log-versions')} "$@"; }; read_all() { ${program('read-store')} "$@"; }`;
  const shell = spawnSync('unshare', ['-m', 'sh', '-c', `${prelude}; ${script}`], {
    cwd: base,
    encoding: 'utf8',
  });
  expect(shell.stderr).toBe('');
  return shell.stdout
    .split('\n')
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line));
}

const failed = (code: string) => ({ failed: code, message: expect.any(String) });

describe.skipIf(!hasNamespaces)(`with mounts of our own${title}`, () => {
  it('reads a read-only store, and says so when it is to write', async () => {
    const lines = inNamespace(
      'mount --bind store store; mount -o remount,ro,bind store; read_all store; log store model 1 x',
    );
    expect(lines).toEqual([{ versions: 3 }, failed('storage_readonly')]);
    expect(await countVersions()).toBe(3);
  });

  it('reads a read-only store that was not closed', async () => {
    await runProgram('log-versions', [folder, 'model', '2000', 'killed'], { killAfterMs: 1500 });
    expect(await readdir(folder)).toContain('cairn.db-wal');
    const [read, write] = inNamespace(
      'mount --bind store store; mount -o remount,ro,bind store; read_all store; log store model 1 x',
    ) as { versions: number }[];
    expect(write).toEqual(failed('storage_readonly'));
    expect(read?.versions).toBeGreaterThan(3);
    expect(read?.versions).toBe(await countVersions());
  });

  it('refuses to read a read-only store whose log it could not read', async () => {
    await runProgram('log-versions', [folder, 'model', '2000', 'killed'], { killAfterMs: 1500 });
    const lines = inNamespace(
      'rm store/cairn.db-shm; mount --bind store store; mount -o remount,ro,bind store; read_all store',
    );
    expect(lines).toEqual([failed('storage_readonly')]);
  });

  it('loses nothing when the disk gets full, and goes on once there is room', async () => {
    await mkdir(join(base, 'disk'));
    const lines = inNamespace(`
      mount -t tmpfs -o size=700k none disk; cp -r store/. disk
      log disk model 500 full 30000; read_all disk
      head -c 10000000 /dev/zero > disk/other 2>/dev/null || true
      log disk model 1 no-room; rm disk/other
      read_all disk; log disk model 2 after; read_all disk; rm -r store; cp -r disk store`);
    const logged = lines.filter((line) => (line as { created?: boolean }).created).length - 2;
    expect(logged).toBeGreaterThan(3);
    const rest = lines.filter((line) => !(line as { created?: boolean }).created);
    expect(rest).toEqual([
      failed('storage_full'),
      { versions: 3 + logged },
      failed('storage_full'),
      { versions: 3 + logged },
      { versions: 5 + logged },
    ]);
    expect(await countVersions()).toBe(5 + logged);
  });

  // What finds no room is a file or a folder, by how many there are.
  it.each(Array.from({ length: 16 }, (_, i) => 40 + i))(
    'loses nothing when there is room for %i files and folders',
    async (room) => {
      await mkdir(join(base, 'disk'));
      const lines = inNamespace(`
      mount -t tmpfs -o nr_inodes=${room} none disk; cp -r store/. disk
      log disk model 500 full; read_all disk; rm -r store; cp -r disk store`);
      const logged = lines.filter((line) => (line as { created?: boolean }).created).length;
      expect(lines.slice(-2)).toEqual([failed('storage_full'), { versions: 3 + logged }]);
      expect(await countVersions()).toBe(3 + logged);
    },
  );
});

const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0;

describe.skipIf(!hasPrlimit)('with few files that may be open', () => {
  it.each<[string, (label: string) => readonly string[], number]>([
    ['log-versions', (label) => ['model', '3', label], 3],
    // With worker threads.
    ['log-files', (label) => ['files', '1', label, join(base, 'source'), '1200'], 1],
  ])(
    'loses nothing by %s',
    async (program, argsOf, count) => {
      const codes: Record<string, number> = {};
      folder = join(base, program);
      for (let files = 16; files <= 56; files += isFull ? 1 : 6) {
        const before = await countVersions();
        const result = await runProgram(program, [folder, ...argsOf(`limit-${files}`)], {
          under: ['prlimit', `--nofile=${files}:${files}`],
          // With a loader, Node itself can hang at its start.
          env: { NODE_OPTIONS: '' },
        });
        // Below some limit Node itself can't start.
        const isNode = result.lines.length > 0;
        const line = result.lines.find((found) => 'failed' in (found as object)) as
          | { failed: string }
          | undefined;
        const outcome = isNode ? (line?.failed ?? 'done') : 'not started';
        if (isNode) expect([files, result.code]).toEqual([files, 0]);
        codes[outcome] = (codes[outcome] ?? 0) + 1;
        const now = await countVersions();
        if (outcome === 'done') expect(now).toBe(before + count);
      }
      report('A failing file system is survived', {
        [`limits of open files for ${program}`]: Object.values(codes).reduce((sum, n) => sum + n, 0),
        ...codes,
      });
      expect(Object.keys(codes)).toContain('done');
      // Threads need more files than Node does to start.
      if (program === 'log-files') expect(Object.keys(codes)).toContain('unavailable');
      for (const outcome of Object.keys(codes))
        expect(['done', 'not started', 'unavailable']).toContain(outcome);
    },
    300_000,
  );
});
