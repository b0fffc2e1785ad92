import { renameSync } from 'node:fs';
import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import { describe, expect, it } from 'vitest';
import { collect } from '../test/collect.js';
import { faultyFileSystem } from '../test/faulty-file-system.js';
import { folderOf, paths } from '../test/folder-of.js';
import { makePipe } from '../test/make-pipe.js';
import { tempFolder } from '../test/temp-folder.js';
import { stampFile } from './stamp.js';
import { walkFolder } from './walk-folder.js';

const posix = process.platform !== 'win32';

describe('walkFolder', () => {
  it('gives every file with its path, place and stamp', async () => {
    const root = await folderOf('a.txt', 'b/c/d.txt', 'empty/', '.hidden/.file');
    const files = await collect(walkFolder(root));
    expect(files.map(({ path }) => path)).toEqual(['.hidden/.file', 'a.txt', 'b/c/d.txt']);
    for (const { path, absolute, stamp } of files) {
      expect(absolute).toBe(join(root, path));
      expect(stamp).toEqual(await stampFile(absolute));
      expect(stamp.size).toBe(path.length);
    }
  });

  it('goes in the order of UTF-8 bytes of the whole path', async () => {
    const ascii = ['Z', 'a', 'a-b/x', 'a.d/a', 'a.txt', 'a0', 'b-/x', 'b.txt', 'b/x', 'b0/x', 'e\u0301', 'z'];
    const expected = [...ascii, 'é', '\ue000', '\uffee', '\u{1f600}/x', '\u{1f600}0'];
    const root = await folderOf(...[...expected].reverse(), 'link -> b');
    const found = await paths(root);
    expect(found.filter((path) => path !== 'link/x')).toEqual(expected);
    const bytes = found.map((path) => Buffer.from(path));
    expect(bytes).toEqual([...bytes].sort(Buffer.compare));
  });

  it('gives nothing for an empty folder, and says what is no folder', async () => {
    expect(await paths(await tempFolder())).toEqual([]);
    const root = await folderOf('file');
    await expectCairnError(walkFolder(join(root, 'no')), 'not_found');
    await expectCairnError(walkFolder(join(root, 'file')), 'not_found');
  });

  it('walks a folder that is itself a link', async () => {
    const root = await folderOf('real/x', 'link -> real');
    expect(await paths(join(root, 'link'))).toEqual(['x']);
  });

  it('takes thousands of files of one folder', async () => {
    const names = Array.from({ length: 3000 }, (_, i) => `f${i}`);
    const root = await folderOf(...names);
    expect(await paths(root)).toEqual(names.sort());
  });

  it('holds no file open, so that the limit of open files is no matter', async () => {
    const root = await folderOf(...Array.from({ length: 200 }, (_, i) => `${i % 20}/${i}`));
    const { fs, calls } = faultyFileSystem(0, '');
    expect(await paths(root, { fs })).toHaveLength(200);
    // These are calls that leave nothing open.
    expect(new Set(calls)).toEqual(new Set(['realpath', 'readdirSync', 'statSync']));
  });

  it('stops when the signal says so', async () => {
    const root = await folderOf(...Array.from({ length: 100 }, (_, i) => `${i}`));
    const controller = new AbortController();
    const reason = new Error('enough');
    const files = walkFolder(root, { signal: controller.signal });
    await files.next();
    controller.abort(reason);
    await expect(collect(files)).rejects.toBe(reason);
    await expect(collect(walkFolder(root, { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
  });

  it('fails when any one call fails, and never gives less instead', async () => {
    const root = await folderOf('a', 'b/c', 'l -> a', 'm -> b');
    const { fs, calls } = faultyFileSystem(0, '');
    expect(await paths(root, { fs })).toEqual(['a', 'b/c', 'l', 'm/c']);
    for (let failing = 1; failing <= calls.length; failing++) {
      const error = await expectCairnError(
        walkFolder(root, { fs: faultyFileSystem(failing, 'EIO').fs }),
        'unavailable',
      );
      expect(error.message).toContain(root);
    }
  });
});

describe('a folder that changes meanwhile', () => {
  it('names a file that is gone when it is looked at', async () => {
    const root = await folderOf('a/x', 'b/y');
    const files = walkFolder(root);
    await files.next();
    await rm(join(root, 'b'), { recursive: true });
    const error = await expectCairnError(files, 'not_found');
    expect(error.message).toContain(join(root, 'b'));
  });

  it.runIf(posix)('does not open what took the place of a file', async () => {
    const root = await folderOf('a/x', 'b');
    makePipe(join(root, 'pipe'));
    const { fs } = faultyFileSystem(0, '');
    const statSync = ((path: string) => {
      if (path.endsWith('/b')) renameSync(join(root, 'pipe'), path);
      return fs.sync.statSync(path);
    }) as typeof fs.sync.statSync;
    const options = { fs: { ...fs, sync: { ...fs.sync, statSync } }, exclude: ['pipe'] };
    await expectCairnError(walkFolder(root, options), 'path_invalid');
  });
});
describe('links', () => {
  it('follows links to files, also out of the folder', async () => {
    const outside = await folderOf('secret');
    const root = await folderOf('a', 'b -> a', `c -> ${outside}/secret`, 'd -> b');
    const files = await collect(walkFolder(root));
    expect(files.map(({ path }) => path)).toEqual(['a', 'b', 'c', 'd']);
    expect(files.map(({ stamp }) => stamp.size)).toEqual([1, 1, 6, 1]);
  });

  it('follows two links to one folder beside them', async () => {
    const root = await folderOf('data/x', 'one -> data', 'two -> data', 'sub/three -> ../data');
    expect(await paths(root)).toEqual(['data/x', 'one/x', 'sub/three/x', 'two/x']);
  });

  it.each([
    ['itself', ['self -> self'], 'self'],
    ['another that leads back', ['a -> b', 'b -> a'], '[ab]'],
    ['its own folder', ['d/x', 'd/self -> .'], 'd/self'],
    ['a folder further up', ['d/e/f/up -> ../..'], 'd/e/f/up'],
    ['the root', ['d/root -> ..'], 'd/root'],
    ['above the root', ['d/up -> ../..'], 'd/up'],
    ['the root of the system', ['d/top -> /'], 'd/top'],
    ['a folder with a link back', ['a/to-b -> ../b', 'b/to-a -> ../a'], 'a/to-b/to-a'],
  ])('refuses a link to %s and names it', async (_, items, link) => {
    const root = await folderOf(...items);
    const error = await expectCairnError(walkFolder(root), 'path_invalid');
    expect(error.message).toMatch(new RegExp(`${root}/${link}"`));
  });

  it('refuses a link out of the folder that leads back into it', async () => {
    const outside = await folderOf('x');
    const root = await folderOf(`out -> ${outside}`);
    await symlink(root, join(outside, 'back'));
    const error = await expectCairnError(walkFolder(root), 'path_invalid');
    expect(error.message).toContain(`${root}/out/back"`);
  });

  it('is not misled by names that start alike', async () => {
    const root = await folderOf('data/x', 'data2/to-data -> ../data', 'dat/to-data2 -> ../data2');
    expect(await paths(root)).toEqual(['dat/to-data2/to-data/x', 'data/x', 'data2/to-data/x']);
  });

  it('passes over a link that nobody asked for only if it surely leads to no folder', async () => {
    const root = await folderOf('a', 'x -> nowhere', 'y -> a/file', 'z -> z');
    const include = ['a', 'x/**/b'];
    expect(await paths(root, { include })).toEqual(['a']);
    for (const [code, expected] of [
      ['EACCES', 'forbidden'],
      ['EIO', 'unavailable'],
    ] as const) {
      const { fs } = faultyFileSystem(3, code);
      await expectCairnError(walkFolder(root, { fs, include }), expected);
    }
  });

  it('names a broken link, unless it is left out', async () => {
    const root = await folderOf('a', 'broken -> nowhere', 'through -> a/file');
    const error = await expectCairnError(walkFolder(root, { exclude: ['through'] }), 'not_found');
    expect(error.message).toContain(`${root}/broken"`);
    await expectCairnError(walkFolder(root, { exclude: ['broken'] }), 'not_found');
    expect(await paths(root, { exclude: ['broken', 'through'] })).toEqual(['a']);
    expect(await paths(root, { include: ['a'] })).toEqual(['a']);
  });
});
