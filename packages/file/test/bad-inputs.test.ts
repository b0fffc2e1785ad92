import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BadInput, badInputs, expandInput, expectCairnError } from '@cairn/conformance';
import { describe, expect, it } from 'vitest';
import { ensureFolder, publishFile, walkFolder } from '../src/index.js';
import { collect } from './collect.js';
import { folderOf, paths } from './folder-of.js';
import { tempFolder } from './temp-folder.js';

/** Names that only git or Windows takes for something else: whoever downloads decides about them. */
const elsewhere = new Set(['path-29', 'path-33']);

describe('the path of a download', () => {
  const inputs = badInputs('download').filter(({ id, input }) => {
    return !elsewhere.has(id) && expandInput(input).every((value) => typeof value === 'string');
  });

  it.each(inputs)('$outcome $id: $check', async ({ input, outcome }: BadInput) => {
    for (const value of expandInput(input) as string[]) {
      const folder = await tempFolder();
      const root = join(folder, 'root');
      if (outcome !== 'reject')
        expect((await lstat(await ensureFolder(root, value))).isDirectory()).toBe(true);
      else await expectCairnError(ensureFolder(root, value), 'path_invalid');
      expect(await readdir(folder)).toEqual(outcome === 'reject' ? [] : ['root']);
    }
  });
});

/** What is set up on the disk, by id. */
const scenes: Record<string, (input: unknown) => Promise<void>> = {
  async 'path-25'(input) {
    const root = await folderOf('a');
    const [name] = expandInput(input) as [Uint8Array];
    await writeFile(Buffer.concat([Buffer.from(`${root}/`), name]), '');
    const error = await expectCairnError(walkFolder(root), 'path_invalid');
    expect(error.message).toContain('"f\\xff\\xfe"');
  },
  async 'link-02'() {
    const outside = await folderOf('file');
    const root = await folderOf(`x -> ${outside}/file`);
    await publishFile(join(root, 'x'), [Buffer.from('new')]);
    expect(await readFile(join(outside, 'file'), 'utf8')).toBe('file');
    expect((await lstat(join(root, 'x'))).isFile()).toBe(true);
  },
  async 'link-04'() {
    for (const [items, link] of [
      [['a -> b', 'b -> a'], /\/[ab]"/],
      [['d/x', 'd/self -> ../d'], /\/d\/self"/],
    ] as const) {
      const error = await expectCairnError(walkFolder(await folderOf(...items)), 'path_invalid');
      expect(error.message).toMatch(link);
    }
  },
  async 'link-05'() {
    const outside = await folderOf('a file');
    const files = await collect(walkFolder(await folderOf(`leak -> ${outside}/a file`)));
    expect(files.map(({ path, stamp }) => [path, stamp.size])).toEqual([['leak', 6]]);
  },
  async 'ok-13'() {
    const folder = await tempFolder();
    await mkdir(join(folder, 'real'));
    await symlink('real', join(folder, 'root'));
    await publishFile(join(await ensureFolder(join(folder, 'root'), 'a'), 'file'), []);
    expect(await paths(join(folder, 'real'))).toEqual(['a/file']);
  },
};

describe.runIf(process.platform === 'linux')('what is on the disk', () => {
  it.each(badInputs('addDir'))('$outcome $id: $check', ({ id, input }) => scenes[id]?.(input) ?? missing(id));

  it.each(badInputs('download').filter(({ id }) => id in scenes))('$outcome $id: $check', ({ id, input }) =>
    scenes[id]?.(input),
  );
});

function missing(id: string): never {
  throw new Error(`nothing here tries ${id}`);
}
