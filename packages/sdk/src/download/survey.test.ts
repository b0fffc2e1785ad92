import { type Entry, sortByUtf8 } from '@cairn/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { caught } from '../../test/support/caught.js';
import { survey } from './survey.js';

const segment = fc.constantFrom('a', 'A', 'b', 'B', 'aB', 'Ab', 'a-', 'é', 'É', 'x0');
const paths = fc
  .uniqueArray(
    fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
    { maxLength: 12 },
  )
  .map((all) => sortByUtf8(all.filter(isNoFolder), (path) => path));

function isNoFolder(path: string, _: number, all: readonly string[]): boolean {
  return !all.some((other) => other.startsWith(`${path}/`));
}

const digest = `blake3:${'0'.repeat(64)}` as const;
const file = (path: string, size = 1): Entry => ({ kind: 'file', path, digest, size });
const look = (...entries: Entry[]) =>
  survey(
    entries.map((entry) => [entry]),
    { allowGit: false },
  );

/** The names of each folder, also of folders. */
function namesByFolder(paths: readonly string[]): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const path of paths) {
    const parts = path.split('/');
    for (const [i, part] of parts.entries()) {
      const folder = parts.slice(0, i).join('/');
      names.set(folder, (names.get(folder) ?? new Set()).add(part));
    }
  }
  return names;
}

test('suspects names that differ in case, and those beside one beyond ASCII; knows the folders', async () => {
  await fc.assert(
    fc.asyncProperty(paths, async (paths) => {
      const names = namesByFolder(paths);
      const expected = [...names.values()].some((all) => {
        const lowered = new Set([...all].map((name) => name.toLowerCase()));
        return all.size > 1 && (lowered.size < all.size || [...all].some((name) => /[^ -~]/.test(name)));
      });
      const found = await look(...paths.map((path) => file(path)));
      expect(found.hasLookalikes).toBe(expected);
      expect([...found.folders].sort()).toEqual([...names.keys()].filter((name) => name !== '').sort());
      for (const [i, folder] of found.folders.entries()) {
        const above = folder.slice(0, Math.max(folder.lastIndexOf('/'), 0));
        expect(above === '' || found.folders.indexOf(above) < i).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

test('counts entries and references, and their bytes where all are known', async () => {
  const reference: Entry = { kind: 'reference', path: 'b', digest: 'etag:"x"', uri: 'web:b' };
  expect(await look(file('a', 3), file('c/d', 4))).toMatchObject({
    entryCount: 2,
    referenceCount: 0,
    size: 7,
  });
  expect(await look(file('a', 3), { ...reference, size: 2 })).toMatchObject({ referenceCount: 1, size: 5 });
  expect((await look(file('a', 3), reference, file('c', 3))).size).toBeUndefined();
  expect(await look()).toMatchObject({ entryCount: 0, size: 0, folders: [] });
});

test('refuses what must not become a file', async () => {
  expect((await caught(look(file('a'), file('.git/config')))).code).toBe('path_invalid');
});
