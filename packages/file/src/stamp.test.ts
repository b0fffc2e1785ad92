import { appendFile, copyFile, rename, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expectCairnError } from '@cairn/conformance';
import { describe, expect, it } from 'vitest';
import { makePipe } from '../test/make-pipe.js';
import { fileOf } from '../test/references.js';
import { tempFolder } from '../test/temp-folder.js';
import { sameStamp, stampFile } from './stamp.js';

describe('stampFile', () => {
  it('is the same as long as nothing happens, also through a link', async () => {
    const path = await fileOf('hello');
    await symlink(path, `${path}-link`);
    const stamp = await stampFile(path);
    expect(stamp.size).toBe(5);
    expect(sameStamp(stamp, await stampFile(`${path}-link`))).toBe(true);
    expect(sameStamp(stamp, JSON.parse(JSON.stringify(stamp)))).toBe(true);
  });

  it.each<[string, (path: string) => Promise<void>]>([
    ['longer', (path) => appendFile(path, '!')],
    ['written over', (path) => writeFile(path, 'hallo')],
    [
      'written over with its old time',
      async (path) => {
        const { atime, mtime } = await stat(path);
        // Longer than any file system's clock stands still.
        await wait(50);
        await writeFile(path, 'hallo');
        await utimes(path, atime, mtime);
      },
    ],
    [
      'replaced by a copy',
      async (path) => {
        await copyFile(path, `${path}2`);
        await rename(`${path}2`, path);
      },
    ],
  ])('differs when the file is %s', async (_, change) => {
    const path = await fileOf('hello');
    await utimes(path, 1, 1);
    const stamp = await stampFile(path);
    await change(path);
    expect(sameStamp(stamp, await stampFile(path))).toBe(false);
  });

  it.each(['size', 'mtimeMs', 'ctimeMs', 'ino'] as const)('differs by its %s alone', (field) => {
    const stamp = { size: 1, mtimeMs: 2, ctimeMs: 3, ino: 4 };
    expect(sameStamp(stamp, { ...stamp })).toBe(true);
    expect(sameStamp(stamp, { ...stamp, [field]: 9 })).toBe(false);
  });

  it('names what is no file', async () => {
    const folder = await tempFolder();
    expect((await expectCairnError(stampFile(folder), 'path_invalid')).message).toContain(
      `${folder}" is a folder`,
    );
    await expectCairnError(stampFile(join(folder, 'no')), 'not_found');
    if (process.platform === 'win32') return;
    makePipe(join(folder, 'pipe'));
    expect((await expectCairnError(stampFile(join(folder, 'pipe')), 'path_invalid')).message).toContain(
      'FIFO',
    );
  });
});
