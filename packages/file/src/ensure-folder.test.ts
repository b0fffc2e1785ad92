import { lstat, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import { describe, expect, it } from 'vitest';
import { faultyFileSystem } from '../test/faulty-file-system.js';
import { tempFolder } from '../test/temp-folder.js';
import { ensureFolder, folderMaker } from './ensure-folder.js';

const isFolder = async (path: string) => (await lstat(path)).isDirectory();

describe('ensureFolder', () => {
  it('makes the root and each folder below it, and is content with what is there', async () => {
    const root = join(await tempFolder(), 'to', 'root');
    expect(await ensureFolder(root, '')).toBe(root);
    expect(await ensureFolder(root, 'a/b/c')).toBe(join(root, 'a/b/c'));
    expect(await ensureFolder(root, 'a/b')).toBe(join(root, 'a/b'));
    expect(await isFolder(join(root, 'a/b/c'))).toBe(true);
  });

  it('takes a root that is a link', async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'real'));
    await symlink('real', join(folder, 'root'));
    await ensureFolder(join(folder, 'root'), 'a');
    expect(await isFolder(join(folder, 'real/a'))).toBe(true);
  });

  it.each(['..', 'a/../b', '/etc', 'a//b', './a', 'a/', 'C:/x', 'a\\b', '\\\\host\\share', 'a\0b'])(
    'refuses %j before it makes anything',
    async (relative) => {
      const root = join(await tempFolder(), 'root');
      await expectCairnError(ensureFolder(root, relative), 'path_invalid');
      await expect(lstat(root)).rejects.toThrow();
    },
  );

  it.each([true, false])('never goes through a link below the root (replace: %s)', async (replace) => {
    const outside = await tempFolder();
    const root = await tempFolder();
    await mkdir(join(root, 'a'));
    await symlink(outside, join(root, 'a/link'));
    await symlink('a', join(root, 'inner'));
    for (const relative of ['a/link/x', 'a/link', 'inner/x']) {
      const made = ensureFolder(root, relative, { replace });
      if (replace) expect(await isFolder(await made)).toBe(true);
      else expect((await expectCairnError(made, 'path_conflict')).message).toContain('a symbolic link');
    }
    expect(await readdir(outside)).toEqual([]);
    expect((await lstat(join(root, 'a/link'))).isSymbolicLink()).toBe(!replace);
  });

  it('refuses or replaces a file in the way', async () => {
    const root = await tempFolder();
    await writeFile(join(root, 'a'), 'old');
    const error = await expectCairnError(ensureFolder(root, 'a/b'), 'path_conflict');
    expect(error.message).toContain(join(root, 'a'));
    expect(await isFolder(await ensureFolder(root, 'a/b', { replace: true }))).toBe(true);
    await expectCairnError(ensureFolder(join(root, 'a/../file'), '../x'), 'path_invalid');
  });

  it('refuses a root that is a file', async () => {
    const root = join(await tempFolder(), 'file');
    await writeFile(root, '');
    await expectCairnError(ensureFolder(root, ''), 'path_conflict');
    await expectCairnError(ensureFolder(root, 'a'), 'path_conflict');
  });

  it('fails typed whichever call fails', async () => {
    for (let failing = 1; failing <= 4; failing++) {
      const root = await tempFolder();
      const { fs } = faultyFileSystem(failing, 'ENOSPC');
      await expectCairnError(ensureFolder(root, 'a/b', { fs }), 'storage_full');
    }
  });
});

describe('folderMaker', () => {
  it('makes each folder once, also for many calls at once', async () => {
    const { fs, calls } = faultyFileSystem(0, '');
    const ensure = folderMaker(await tempFolder(), { fs });
    const wanted = Array.from({ length: 100 }, (_, i) => `a/${i % 5}`);
    const made = await Promise.all(wanted.map(ensure));
    expect(new Set(made.map(({ path }) => path)).size).toBe(5);
    expect(made.every(({ isNew }) => isNew)).toBe(true);
    // One look, at the folder in a folder that was there before.
    expect(calls.filter((name) => name === 'lstatSync')).toHaveLength(1);
    expect(calls).toHaveLength(8);
  });

  it('tries again what failed', async () => {
    const root = await tempFolder();
    await writeFile(join(root, 'a'), '');
    const ensure = folderMaker(root);
    await expectCairnError(ensure('a/b'), 'path_conflict');
    await rm(join(root, 'a'));
    expect(await isFolder((await ensure('a/b')).path)).toBe(true);
  });
});
