import { sortByUtf8 } from '@cairn/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FolderNames, foldersOf } from './folder-names.js';

const segment = fc.constantFrom('a', 'b', 'a-', 'a0', 'A', 'é', '\uffff', '🚀', '.x');
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

/** Paths that can be in one artifact, in their order. */
const somePaths: fc.Arbitrary<string[]> = fc.uniqueArray(path, { maxLength: 40 }).map((paths) =>
  sortByUtf8(
    paths.filter((path) => !paths.some((other) => path.startsWith(`${other}/`))),
    (path) => path,
  ),
);

test('each folder comes once, with all its names, after those below it', async () => {
  await fc.assert(
    fc.asyncProperty(somePaths, async (paths) => {
      const expected = new Map([['', new Map<string, boolean>()]]);
      for (const path of paths) {
        const parts = path.split('/');
        for (let i = 0; i < parts.length; i++) {
          const folder = parts.slice(0, i).join('/');
          const isFolder = i < parts.length - 1;
          expected.set(folder, (expected.get(folder) ?? new Map()).set(parts[i], isFolder));
        }
      }
      const found: FolderNames[] = [];
      for await (const folder of foldersOf(paths.map((path) => [{ path }]))) found.push(folder);
      expect(found).toHaveLength(expected.size);
      for (const [i, { path, names, parent }] of found.entries()) {
        expect(names).toEqual(expected.get(path));
        expect(parent?.path).toBe(path === '' ? undefined : path.split('/').slice(0, -1).join('/'));
        if (parent !== undefined) expect(found.indexOf(parent)).toBeGreaterThan(i);
      }
    }),
  );
});
