import { randomBytes } from 'node:crypto';
import { appendFile, readdir, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import { readAll } from '@cairn/core';
import { describe, expect, it } from 'vitest';
import { collect } from '../test/collect.js';
import { faultyFileSystem } from '../test/faulty-file-system.js';
import { makePipe } from '../test/make-pipe.js';
import { tempFolder } from '../test/temp-folder.js';
import { type ReadFileOptions, readFileChunks } from './read-file.js';
import { stampFile } from './stamp.js';

const chunkBytes = 256 * 1024;

async function fileOf(bytes: Uint8Array): Promise<string> {
  const path = join(await tempFolder(), 'file');
  await writeFile(path, bytes);
  return path;
}

const read = async (path: string, options?: ReadFileOptions) =>
  Buffer.from(await readAll(readFileChunks(path, options)));

describe('readFileChunks', () => {
  it.each([0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 3 * chunkBytes])(
    'gives all %d bytes in bounded chunks that stay as they are',
    async (size) => {
      const bytes = randomBytes(size);
      const path = await fileOf(bytes);
      const chunks = await collect(readFileChunks(path, { stamp: await stampFile(path) }));
      expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
      expect(chunks.every((chunk) => chunk.length > 0 && chunk.length <= chunkBytes)).toBe(true);
    },
  );

  it('gives ranges as slice does', async () => {
    const bytes = randomBytes(chunkBytes + 100);
    const path = await fileOf(bytes);
    const stamp = await stampFile(path);
    const ends = [0, 1, 50, chunkBytes, chunkBytes + 1, bytes.length, bytes.length + 5, undefined];
    for (const start of [0, 1, 50, chunkBytes, bytes.length, bytes.length + 5]) {
      for (const end of ends) {
        const part = await read(path, { range: { start, end }, stamp });
        expect(part.equals(bytes.subarray(start, end)), `${start}–${end}`).toBe(true);
      }
    }
  });

  it('refuses a file that changed before it was read', async () => {
    const path = await fileOf(Buffer.from('one'));
    const stamp = await stampFile(path);
    await utimes(path, 1, 1);
    const error = await expectCairnError(readFileChunks(path, { stamp }).next(), 'source_changed');
    expect(error.message).toContain(path);
  });

  it.each([
    ['grows', (path: string) => appendFile(path, 'more')],
    ['shrinks', (path: string) => truncate(path, 10)],
    ['is written over', (path: string) => writeFile(path, Buffer.alloc(3 * chunkBytes, 2))],
  ])('never ends as if nothing had happened when the file %s meanwhile', async (_, change) => {
    const path = await fileOf(Buffer.alloc(3 * chunkBytes, 1));
    await utimes(path, 1, 1);
    const chunks = readFileChunks(path, { stamp: await stampFile(path) });
    expect((await chunks.next()).done).toBe(false);
    await change(path);
    await expectCairnError(chunks, 'source_changed');
  });

  it('never ends early, also without a stamp, when the file shrinks meanwhile', async () => {
    const path = await fileOf(Buffer.alloc(3 * chunkBytes, 1));
    for (const range of [undefined, { start: 1, end: 3 * chunkBytes - 1 }]) {
      await truncate(path, 3 * chunkBytes);
      const chunks = readFileChunks(path, { range });
      await chunks.next();
      await truncate(path, 10);
      await expectCairnError(chunks, 'source_changed');
    }
  });

  it('reads what has no size until its end', async () => {
    if (process.platform !== 'linux') return;
    expect((await read('/proc/self/status')).toString()).toContain('Pid:');
  });

  it('refuses what is no file, and never waits for a pipe', async () => {
    const folder = await tempFolder();
    await expectCairnError(readFileChunks(folder), 'path_invalid', 'path_conflict');
    await expectCairnError(readFileChunks(join(folder, 'nothing')), 'not_found');
    if (process.platform === 'win32') return;
    makePipe(join(folder, 'pipe'));
    await expectCairnError(readFileChunks(join(folder, 'pipe')), 'path_invalid');
  });

  it('follows a link, unless told not to', async () => {
    const path = await fileOf(Buffer.from('x'));
    await symlink(path, `${path}-link`);
    expect((await read(`${path}-link`)).toString()).toBe('x');
    await expectCairnError(readFileChunks(`${path}-link`, { noFollow: true }), 'path_invalid');
  });

  it('stops at once when the signal says so', async () => {
    const path = await fileOf(Buffer.alloc(3 * chunkBytes));
    const controller = new AbortController();
    const chunks = readFileChunks(path, { signal: controller.signal });
    await chunks.next();
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(chunks.next()).rejects.toBe(reason);
  });

  it.skipIf(process.platform !== 'linux')('closes the file however the reading ends', async () => {
    const path = await fileOf(Buffer.alloc(3 * chunkBytes));
    const open = async () => (await readdir('/proc/self/fd')).length;
    const before = await open();
    for await (const _ of readFileChunks(path)) break;
    await readAll(readFileChunks(path));
    await readAll(readFileChunks(path, { stamp: { size: 0, mtimeMs: 0, ctimeMs: 0, ino: 0 } })).catch(
      () => 0,
    );
    for (let n = 2; n < 5; n++) {
      await expectCairnError(readFileChunks(path, { fs: faultyFileSystem(n, 'EIO').fs }), 'unavailable');
    }
    expect(await open()).toBe(before);
  });
});
