import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type AnyIterable, CairnError, quote } from '@cairn/core';
import { type FileSystem, nodeFileSystem, translateFsError } from '@cairn/file';
import { foldersOf } from './folder-names.js';

/**
 * Refuses paths that the file system of a folder takes for one another, such as `Model.bin` and `model.bin`: the second
 * file would silently replace the first. The file system itself is asked, by empty files in a folder of their own.
 *
 * @param root A folder that exists.
 * @param batches Entries in the order of their paths.
 * @throws CairnError `path_conflict`, naming both.
 */
export async function checkCollisions(
  root: string,
  batches: AnyIterable<readonly { readonly path: string }[]>,
  { fs = nodeFileSystem, signal }: { fs?: FileSystem; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const probe = join(root, `.cairn-${randomBytes(12).toString('hex')}.tmp`);
  try {
    await fs.mkdir(probe);
    if (!(await folds(fs, join(probe, 'fold')))) return;
    let count = 0;
    for await (const { path, names } of foldersOf(batches)) {
      signal?.throwIfAborted();
      const suspects = suspectNames([...names.keys()]);
      if (suspects.length < 2) continue;
      const pair = await firstCollision(fs, join(probe, String(count++)), suspects);
      if (pair !== undefined) throw collision(path, pair);
    }
  } catch (error) {
    throw translateFsError(error, 'write to', root);
  } finally {
    await fs.rm(probe, { recursive: true, force: true });
  }
}

/** The names of a folder that some file system could take for one another; those that `looksAlike` finds. */
function suspectNames(names: readonly string[]): readonly string[] {
  if (names.some((name) => /[^ -~]/.test(name))) return names;
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name.toLowerCase(), (counts.get(name.toLowerCase()) ?? 0) + 1);
  return names.filter((name) => (counts.get(name.toLowerCase()) ?? 0) > 1);
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
