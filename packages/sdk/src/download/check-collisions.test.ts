import { readdirSync } from 'node:fs';
import { badInputs } from '@cairn/conformance';
import { type FileEntry, sortByUtf8 } from '@cairn/core';
import { nodeFileSystem } from '@cairn/file';
import { describe, expect, test } from 'vitest';
import { caught } from '../../test/support/caught.js';
import { testFolder } from '../../test/support/folder.js';
import { checkCollisions } from './check-collisions.js';
import { survey } from './survey.js';

const folder = testFolder();

/** A file system that takes names for one whose full case folding and normal form are the same. */
const folding: typeof nodeFileSystem = {
  ...nodeFileSystem,
  open: (path, ...rest) => nodeFileSystem.open(fold(String(path)), ...rest),
};

function fold(path: string): string {
  const name = path.slice(folder.path.length);
  return folder.path + name.normalize('NFD').toUpperCase().toLowerCase().normalize('NFD');
}

const collisions: [string, string[]][] = [
  ...badInputs()
    .filter(({ area }) => area === 'collision')
    .map(({ id, input }): [string, string[]] => [id, (input as { paths: string[] }).paths]),
  ['case', ['Model.bin', 'model.bin']],
  ['the case of folders', ['Images/a.png', 'images/b.png']],
  ['a file and a folder', ['Data', 'data/x']],
  ['far below', ['a/b/c/É', 'a/b/c/é', 'a/x']],
];

/** Entries of these paths, as a manifest gives them. */
function entriesOf(paths: readonly string[]): readonly FileEntry[][] {
  const digest = `blake3:${'0'.repeat(64)}` as const;
  const entries = paths.map((path): FileEntry => ({ kind: 'file', path, digest, size: 1 }));
  return sortByUtf8(entries, ({ path }) => path).map((entry) => [entry]);
}

const hasLookalikes = async (paths: readonly string[]) =>
  (await survey(entriesOf(paths), { allowGit: false })).hasLookalikes;

test.each(collisions)('%s: is suspected', async (_, paths) => {
  expect(await hasLookalikes(paths)).toBe(true);
});

test.each([
  [['a/b', 'a/c', 'b/b', 'B.txt']],
  [['README.md', 'a/README.md', 'b/Readme.md']],
  [['\u00e9/a', '\u00e9/b', '\u00e9/c/d']],
  [['A-', 'a/x', 'a0']],
])('%j: nobody could take two for one', async (paths) => {
  expect(await hasLookalikes(paths)).toBe(false);
});

describe('a file system that folds names', () => {
  test.each(collisions)('%s: path_conflict, naming both, with nothing written', async (_, paths) => {
    const error = await caught(checkCollisions(folder.path, entriesOf(paths), { fs: folding }));
    expect(error.code).toBe('path_conflict');
    const [first = '', second = ''] = paths.map((path) => path.split('/').slice(0, 4).join('/'));
    for (const path of [first, second]) expect(error.message).toContain(path.split('/')[0]);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test('lets different names be', async () => {
    await checkCollisions(folder.path, entriesOf(['a', 'b/A', 'c/é', 'c/è', 'd/strasse', 'e/straße']), {
      fs: folding,
    });
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

describe('a file system that keeps names apart', () => {
  test.each(collisions)('%s: no conflict', async (_, paths) => {
    await checkCollisions(folder.path, entriesOf(paths));
    expect(readdirSync(folder.path)).toEqual([]);
  });
});
