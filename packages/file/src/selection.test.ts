import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { folderOf, paths } from '../test/folder-of.js';
import { nodeFileSystem } from './file-system.js';
import type { Selection } from './selection.js';

describe('globs', () => {
  const tree = ['a.txt', 'b.tmp', '.env', 'node_modules/m/x.txt', 'src/a.ts', 'src/deep/b.ts', 'x.tmp/y.txt'];

  it.each<[Selection, string[]]>([
    [{ include: ['**/*.ts'] }, ['src/a.ts', 'src/deep/b.ts']],
    [{ include: ['*'] }, ['.env', 'a.txt', 'b.tmp']],
    [{ include: ['src/'] }, ['src/a.ts', 'src/deep/b.ts']],
    [{ include: [] }, []],
    [{ exclude: [] }, [...tree].sort()],
    [{ exclude: ['node_modules', '**/*.tmp', '.*'] }, ['a.txt', 'src/a.ts', 'src/deep/b.ts']],
    [{ exclude: ['node_modules/', 'src/**', 'x.tmp/*'] }, ['.env', 'a.txt', 'b.tmp']],
    [{ include: ['**/*.txt'], exclude: ['**/x.*'] }, ['a.txt']],
    [{ include: ['src/{a,c}.ts', 'a.[a-z]xt'] }, ['a.txt', 'src/a.ts']],
  ])('%j', async (options, expected) => {
    expect(await paths(await folderOf(...tree), options)).toEqual(expected);
  });

  it('does not look into a folder that is left out', async () => {
    const root = await folderOf('a', 'left/out', 'link -> left', 'loop/loop -> .');
    const looked: string[] = [];
    const readdirNoted = (...args: unknown[]) => {
      looked.push(String(args[0]));
      return (readdirSync as (...args: unknown[]) => unknown)(...args);
    };
    const sync = { ...nodeFileSystem.sync, readdirSync: readdirNoted as typeof readdirSync };
    const fs = { ...nodeFileSystem, sync };
    expect(await paths(root, { fs, exclude: ['left', 'l*'] })).toEqual(['a']);
    expect(looked).toEqual([root]);
  });
});
