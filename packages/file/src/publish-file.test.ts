import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import { CairnError } from '@cairn/core';
import { describe, expect, it } from 'vitest';
import { faultyFileSystem } from '../test/faulty-file-system.js';
import { tempFolder } from '../test/temp-folder.js';
import { publishFile, syncFolder } from './publish-file.js';

const chunks = [Buffer.from('new '), Buffer.alloc(0), Buffer.from('bytes')];

async function oldFile(): Promise<{ folder: string; path: string }> {
  const folder = await tempFolder();
  const path = join(folder, 'file');
  await writeFile(path, 'old');
  return { folder, path };
}

const contents = (path: string) => readFile(path, 'utf8');

describe('publishFile', () => {
  it.each([true, false])('makes and replaces a file (durable: %s)', async (durable) => {
    const { folder, path } = await oldFile();
    expect(await publishFile(path, chunks, { durable })).toEqual({ size: 9 });
    expect(await publishFile(join(folder, 'empty'), [], { durable })).toEqual({ size: 0 });
    expect(await contents(path)).toBe('new bytes');
    expect((await readdir(folder)).sort()).toEqual(['empty', 'file']);
  });

  it('syncs the file before it has its name and the folder after, and only if asked', async () => {
    const { path } = await oldFile();
    const order = async (durable: boolean) => {
      const { fs, calls } = faultyFileSystem(0, '');
      await publishFile(path, chunks, { fs, durable });
      return calls.filter((call) => /sync|rename|open/.test(call));
    };
    expect(await order(true)).toEqual(['open', 'file.sync', 'rename', 'open', 'file.sync']);
    expect(await order(false)).toEqual(['open', 'rename']);
  });

  it.each([
    ['EIO', 'unavailable'],
    ['ENOSPC', 'storage_full'],
    ['EMFILE', 'unavailable'],
  ] as const)(
    'leaves the old file whole and nothing else behind, whichever call fails with %s',
    async (code, expected) => {
      let failing = 1;
      for (; ; failing++) {
        const { folder, path } = await oldFile();
        const { fs, calls } = faultyFileSystem(failing, code);
        const error = await publishFile(path, chunks, { fs, durable: true }).catch((reason) => reason);
        expect(await readdir(folder), `call ${failing}: ${calls.at(-1)}`).toEqual(['file']);
        // Closing the folder after it was synced changes nothing any more.
        if (!(error instanceof Error)) break;
        expect(CairnError.is(error, expected), `call ${failing}`).toBe(true);
        expect(error.message).toContain(folder);
        expect(error.message).not.toContain('.tmp');
        const isPublished = calls.includes('rename') && calls[failing - 1] !== 'rename';
        expect(await contents(path), `call ${failing}`).toBe(isPublished ? 'new bytes' : 'old');
      }
      expect(failing).toBeGreaterThan(8);
    },
  );

  it('leaves the old file whole when everything fails from some call on', async () => {
    const whole = faultyFileSystem(0, '');
    await publishFile((await oldFile()).path, chunks, { fs: whole.fs, durable: true });
    for (let failing = 1; failing <= whole.calls.indexOf('rename') + 1; failing++) {
      const { path } = await oldFile();
      const { fs, calls } = faultyFileSystem(failing, 'EIO', { forGood: true });
      await expectCairnError(publishFile(path, chunks, { fs, durable: true }), 'unavailable');
      expect(calls.length, 'it gives up at once').toBeLessThan(failing + 4);
      expect(await contents(path), `call ${failing}`).toBe('old');
    }
  });

  it('passes on what its source throws, untouched', async () => {
    const { folder, path } = await oldFile();
    const reason = Object.assign(new Error('a broken source'), { code: 'EPIPE' });
    async function* failing() {
      yield Buffer.from('part');
      throw reason;
    }
    await expect(publishFile(path, failing())).rejects.toBe(reason);
    expect(await contents(path)).toBe('old');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('publishes nothing once the signal is aborted, also after the last chunk', async () => {
    const { folder, path } = await oldFile();
    const controller = new AbortController();
    const reason = new Error('enough');
    async function* source() {
      yield Buffer.from('all');
      controller.abort(reason);
    }
    await expect(publishFile(path, source(), { signal: controller.signal })).rejects.toBe(reason);
    expect(await contents(path)).toBe('old');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('replaces a link and leaves alone what it leads to', async () => {
    const { folder, path } = await oldFile();
    await symlink(path, join(folder, 'link'));
    await publishFile(join(folder, 'link'), chunks);
    expect((await lstat(join(folder, 'link'))).isFile()).toBe(true);
    expect(await contents(path)).toBe('old');
  });

  it('refuses the place of a folder, empty or not', async () => {
    const { folder } = await oldFile();
    await mkdir(join(folder, 'empty'));
    for (const place of [folder, join(folder, 'empty')]) {
      const error = await expectCairnError(publishFile(place, chunks), 'path_conflict');
      expect(error.message).toContain(place);
    }
    expect((await readdir(folder)).sort()).toEqual(['empty', 'file']);
  });

  it('says that its folder is missing', async () => {
    await expectCairnError(publishFile(join(await tempFolder(), 'no', 'file'), chunks), 'not_found');
  });

  it.skipIf(process.platform === 'win32')('gives the file the permissions that were asked for', async () => {
    const path = join(await tempFolder(), 'secret');
    await publishFile(path, chunks, { mode: 0o600 });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('lets one of many writers at once win, whole', async () => {
    const { folder, path } = await oldFile();
    const writers = Array.from({ length: 20 }, (_, i) => Buffer.alloc(100_000, i));
    await Promise.all(writers.map((bytes) => publishFile(path, [bytes])));
    expect(await readdir(folder)).toEqual(['file']);
    const winner = await readFile(path);
    expect(writers.some((bytes) => bytes.equals(winner))).toBe(true);
  });

  it('writes on where the system took only a part', async () => {
    const { fs } = faultyFileSystem(0, '');
    const open: typeof fs.open = async (...args) => {
      const file = await fs.open(...args);
      const write = file.write.bind(file) as (bytes: Uint8Array, at: number, length: number) => unknown;
      file.write = ((bytes: Uint8Array, at: number, length: number) =>
        write(bytes, at, Math.min(length, 2))) as typeof file.write;
      return file;
    };
    const path = join(await tempFolder(), 'file');
    await publishFile(path, chunks, { fs: { ...fs, open } });
    expect(await contents(path)).toBe('new bytes');
  });
});

describe('syncFolder', () => {
  it.skipIf(process.platform === 'win32')('fails when the folder is not there', async () => {
    await expectCairnError(syncFolder(join(await tempFolder(), 'no')), 'not_found');
  });
});
