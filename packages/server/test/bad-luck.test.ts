import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CairnError } from '@cairn/core';
import { Api, Artifact, type LoggedVersion, type RunOptions, withRun } from '@cairn/sdk';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { brokenLine } from './broken-line.js';
import { openLab } from './lab.js';
import { noise } from './noise.js';

/* Processes that die and disks that are full, on either side of a server. */

const serverProgram = fileURLToPath(new URL('programs/server.mjs', import.meta.url));
const downloadProgram = fileURLToPath(new URL('programs/download.mjs', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-bad-luck-'));
  vi.stubEnv('CAIRN_CACHE_DIR', join(folder, 'cache'));
  vi.stubEnv('XDG_DATA_HOME', join(folder, 'data'));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });
});

function log(
  place: RunOptions,
  name: string,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<LoggedVersion> {
  return withRun(place, async (run) => {
    const artifact = new Artifact(name);
    for (const [path, bytes] of Object.entries(files)) await artifact.newFile(path, bytes);
    return run.logArtifact(artifact);
  });
}

describe('a client that is killed in a download', () => {
  const files = Object.fromEntries(
    [3_000_000, 2_000_000, ...Array.from({ length: 200 }, () => 5000)].map((size, i) => [
      `${i % 7}/${i}`,
      noise(size, i + 1),
    ]),
  );

  test('leaves whole files only, and the next one fetches no more than is missing', async () => {
    const lab = await openLab();
    const key = await lab.keyFor('ann', [{ entity: 'acme', project: 'bikes', role: 'write' }]);
    await log({ store: lab.url, apiKey: key, entity: 'acme', project: 'bikes' }, 'data', files);
    const total = Object.values(files).reduce((sum, { length }) => sum + length, 0);
    let came = 0;
    let killAt = 0;
    let child: ChildProcess | undefined;
    const line = await brokenLine(Number(new URL(lab.url).port), (way, bytes) => {
      if (way === 'down') came += bytes;
      if (came >= killAt) child?.kill('SIGKILL');
    });
    const run = async (root: string, at: number) => {
      [came, killAt] = [0, at];
      const env = { ...process.env, CAIRN_CACHE_DIR: join(folder, 'cache') };
      child = spawn(process.execPath, [downloadProgram, line.url, key, root], { env, stdio: 'inherit' });
      onTestFinished(() => void child?.kill('SIGKILL'));
      return once(child, 'exit');
    };
    for (const part of process.env.CAIRN_TEST_FULL === '1' ? [0.05, 0.3, 0.6, 0.8, 0.9] : [0.6]) {
      const root = join(folder, `copy-${part}`);
      expect(await run(root, total * part)).toEqual([null, 'SIGKILL']);
      let whole = 0;
      for (const [path, bytes] of Object.entries(files)) {
        if (!existsSync(join(root, path))) continue;
        expect(readFileSync(join(root, path)).equals(bytes), path).toBe(true);
        whole += bytes.length;
      }
      expect(whole).toBeLessThan(total);
      expect(await run(root, Number.POSITIVE_INFINITY)).toEqual([0, null]);
      // Beside the bytes themselves: what says where they are.
      expect(came).toBeLessThan(total - whole + 500_000);
      for (const [path, bytes] of Object.entries(files))
        expect(readFileSync(join(root, path)).equals(bytes), path).toBe(true);
      // Of what was being made when it was killed nothing is left, where it can be told that nobody makes it any more.
      for (const item of readdirSync(root, { recursive: true, withFileTypes: true })) {
        if (item.isFile() && process.platform === 'linux') expect(item.name).toMatch(/^\d+$/);
      }
    }
  });
});

const inNamespace = ['--user', '--map-root-user', '--mount'];
const canMount =
  process.platform === 'linux' &&
  spawnSync('unshare', [...inNamespace, 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

describe.skipIf(!canMount)(
  `a server whose disk is full${canMount ? '' : ' (no file system can be mounted here)'}`,
  () => {
    test('says so, keeps what it acknowledged, and goes on once there is room', async () => {
      const data = join(folder, 'disk');
      mkdirSync(data);
      // In a namespace of its own a file system can be mounted without asking anybody.
      const script = `mount -t tmpfs -o size=24m none ${data} && mkdir ${data}/own && exec ${process.execPath} ${serverProgram}`;
      const env = { ...process.env, CAIRN_DATA: join(data, 'own'), CAIRN_PORT: '0', TMPDIR: data };
      const child = spawn('unshare', [...inNamespace, 'sh', '-c', script], {
        env,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      const told = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
      const store = / is at (\S+)$/.exec((await told.next()).value)?.[1] ?? '';
      const token = new URL(/ at (\S+)$/.exec((await told.next()).value)?.[1] ?? '').hash.slice(1);
      const made = await fetch(`${store}/api/v1/setup`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token, user: 'ann' }),
      });
      const { secret: apiKey } = (await made.json()) as { secret: string };
      const place = { store, apiKey, entity: 'acme', project: 'bikes' };

      await log(place, 'small', { a: noise(100_000, 1) });
      const failure = await log(place, 'large', { b: noise(40_000_000, 2) }).catch((error: unknown) => error);
      expect(CairnError.is(failure, 'storage_full'), String(failure)).toBe(true);
      const api = new Api(place);
      await expect(api.artifact('large')).rejects.toThrow('large');
      const root = await (await api.artifact('small')).download({ root: join(folder, 'copy') });
      expect(readFileSync(join(root, 'a')).equals(noise(100_000, 1))).toBe(true);
      // Nothing of what was refused takes the room that there was.
      expect(await log(place, 'next', { c: noise(12_000_000, 3) })).toMatchObject({ version: 'v0' });
      child.kill('SIGTERM');
      expect(await once(child, 'exit')).toEqual([0, null]);
    });
  },
);
