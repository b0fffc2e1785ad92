import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import { type FileSystem, nodeFileSystem } from '@cairn/file';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { giveName } from './give-name.js';

let folder: string;
let temp: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-name-'));
  temp = join(folder, 'temp');
  await writeFile(temp, 'bytes');
});
afterEach(() => rm(folder, { recursive: true }));

it('makes the folders that are missing', async () => {
  const path = join(folder, 'a/b/c');
  expect(await giveName(nodeFileSystem, temp, path)).toBe(true);
  expect(await giveName(nodeFileSystem, temp, path)).toBe(false);
  expect(await readFile(path, 'utf8')).toBe('bytes');
});

it('does so side by side', async () => {
  const given = await Promise.all(
    Array.from({ length: 20 }, (_, i) => giveName(nodeFileSystem, temp, join(folder, `a/b/${i % 4}`))),
  );
  expect(given.filter(Boolean).length).toBe(4);
});

it('says that the disk is full when there is no room for a folder', async () => {
  const full: FileSystem = {
    ...nodeFileSystem,
    // As Node 20 does it.
    async mkdir(path: unknown, options?: unknown): Promise<never> {
      const code = options === undefined ? 'ENOSPC' : 'ENOENT';
      throw Object.assign(new Error(`${code}: mkdir ${path}`), { code });
    },
  };
  await expectCairnError(giveName(full, temp, join(folder, 'a/b')), 'storage_full');
});
