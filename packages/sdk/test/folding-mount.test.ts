import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Artifact } from '../src/index.js';
import { caught } from './support/caught.js';
import { memoryStoreWithFiles } from './support/memory-store.js';
import { log } from './support/versions.js';

// A real file system that folds names, where FUSE and its Python binding are there to make one.

const python = '/usr/bin/python3';
const canMount =
  existsSync('/dev/fuse') &&
  spawnSync(python, [
    '-c',
    'import importlib.util as u; exit(not (u.find_spec("fuse") or u.find_spec("fusepy")))',
  ]).status === 0;

describe.skipIf(!canMount)('on a file system that folds names', () => {
  const base = mkdtempSync(join(tmpdir(), 'cairn-test-'));
  const mount = join(base, 'mount');
  const root = join(mount, 'out');
  const store = memoryStoreWithFiles();
  let fuse: ChildProcess;

  beforeAll(async () => {
    for (const folder of ['back', 'mount']) mkdirSync(join(base, folder));
    const script = fileURLToPath(new URL('./support/folding_fs.py', import.meta.url));
    fuse = spawn(python, [script, join(base, 'back'), mount], { stdio: 'ignore' });
    writeFileSync(join(base, 'back/there'), '');
    while (!existsSync(join(mount, 'THERE'))) await sleep(20);
  });

  afterAll(async () => {
    // It unmounts before it ends.
    fuse.kill();
    await once(fuse, 'exit');
    rmSync(base, { recursive: true, force: true });
  });

  async function versionOf(...paths: string[]) {
    const artifact = new Artifact('a');
    for (const path of paths) await artifact.newFile(path, path);
    return log(store, artifact);
  }

  test.each([
    [['Model.bin', 'model.bin']],
    [['caf\u00e9.txt', 'cafe\u0301.txt']],
    [['stra\u00dfe', 'strasse']],
    [['A/x', 'a/y']],
  ])('%j is path_conflict, with nothing written', async (paths) => {
    const version = await versionOf('fine', ...paths);
    expect((await caught(version.download({ root }))).code).toBe('path_conflict');
    expect(readdirSync(root)).toEqual([]);
  });

  test('other names work, though they have other ones on disk', async () => {
    const version = await versionOf('Case', '\u00e9', 'Plain/\u00e8');
    for (const exact of [false, true, true]) {
      await version.download({ root, exact });
      const { ok, stranger } = await version.verify(root);
      expect([ok.length, stranger]).toEqual([3, []]);
    }
    writeFileSync(join(root, 'plain', 'mine'), '');
    expect((await version.verify(root)).stranger).toEqual(['Plain/mine']);
  });
});
