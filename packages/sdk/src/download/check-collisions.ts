import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { CairnError, quote } from '@cairn/core';
import { type FileSystem, nodeFileSystem, translateFsError } from '@cairn/file';

/**
 * Refuses paths that the file system of a folder takes for one another, such as `Model.bin` and `model.bin`: the second
 * file would silently replace the first. The file system itself is asked, by empty files in a folder of their own.
 *
 * @param root A folder that exists.
 * @throws CairnError `path_conflict`, naming both.
 */
export async function checkCollisions(
  root: string,
  paths: Iterable<string>,
  { fs = nodeFileSystem, signal }: { fs?: FileSystem; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const suspects = suspectNames(paths);
  if (suspects.size === 0) return;
  const probe = join(root, `.cairn-${randomBytes(12).toString('hex')}.tmp`);
  try {
    await fs.mkdir(probe);
    if (!(await folds(fs, join(probe, 'fold')))) return;
    let count = 0;
    for (const [folder, names] of suspects) {
      signal?.throwIfAborted();
      const pair = await firstCollision(fs, join(probe, String(count++)), names);
      if (pair !== undefined) throw collision(folder, pair);
    }
  } catch (error) {
    throw translateFsError(error, 'write to', root);
  } finally {
    await fs.rm(probe, { recursive: true, force: true });
  }
}

/**
 * By folder, the names in it that some file system could take for one another: those that differ in case, and all names
 * of a folder that has one beyond ASCII, where no table of ours knows what a file system makes of it.
 */
function suspectNames(paths: Iterable<string>): Map<string, string[]> {
  const suspects = new Map<string, string[]>();
  for (const [folder, names] of namesByFolder(paths)) {
    let found = [...names];
    if (found.every((name) => !/[^ -~]/.test(name))) {
      const counts = new Map<string, number>();
      for (const name of found) counts.set(name.toLowerCase(), (counts.get(name.toLowerCase()) ?? 0) + 1);
      found = found.filter((name) => (counts.get(name.toLowerCase()) ?? 0) > 1);
    }
    if (found.length > 1) suspects.set(folder, found);
  }
  return suspects;
}

function namesByFolder(paths: Iterable<string>): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>();
  for (let path of paths) {
    while (path !== '') {
      const slash = path.lastIndexOf('/');
      const folder = path.slice(0, Math.max(slash, 0));
      const names = folders.get(folder) ?? new Set();
      // Where a name is known, so are those of the folders above.
      if (names.has(path.slice(slash + 1))) break;
      folders.set(folder, names.add(path.slice(slash + 1)));
      path = folder;
    }
  }
  return folders;
}

/** Whether the file system takes any two names for one. */
async function folds(fs: FileSystem, folder: string): Promise<boolean> {
  return (await firstCollision(fs, folder, ['a', 'A', '\u00e9', 'e\u0301'])) !== undefined;
}

/** Makes a file of each name. One that is there already holds the name it was made by. */
async function firstCollision(
  fs: FileSystem,
  folder: string,
  names: readonly string[],
): Promise<[string, string] | undefined> {
  await fs.mkdir(folder);
  for (const name of names) {
    const path = join(folder, name);
    try {
      const file = await fs.open(path, 'wx');
      await file.writeFile(name).finally(() => file.close());
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
      const file = await fs.open(path, 'r');
      return [await file.readFile('utf8').finally(() => file.close()), name];
    }
  }
  return undefined;
}

function collision(folder: string, [first, second]: [string, string]): CairnError {
  const [a, b] = [first, second].map((name) => quote(folder === '' ? name : `${folder}/${name}`));
  return new CairnError('path_conflict', `${a} and ${b} are one file on this file system`, {
    hint: 'Download to a file system that tells them apart, or one of them at a time with { path }.',
  });
}
