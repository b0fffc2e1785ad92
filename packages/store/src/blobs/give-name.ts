import { dirname } from 'node:path';
import { type FileSystem, translateFsError } from '@cairn/file';
import { attempt, systemCode } from './attempt.js';

/** How file systems say that they have no hard links. */
const noLinks: ReadonlySet<unknown> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EINVAL',
]);

/**
 * Gives a finished file its name, unless that is taken: then it returns `false`. Of any number of processes that do so at
 * once, one succeeds. Makes the folder if need be.
 */
export async function giveName(fs: FileSystem, temp: string, path: string): Promise<boolean> {
  try {
    return await linkUnlessTaken(fs, temp, path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw translateFsError(error, 'write', path);
  }
  await makeFolders(fs, dirname(path));
  return attempt('write', path, linkUnlessTaken(fs, temp, path));
}

/**
 * Makes a folder and the one it is in. One by one, because in some versions of Node 20 the recursive call takes a full disk
 * for a missing folder.
 */
async function makeFolders(fs: FileSystem, folder: string): Promise<void> {
  for (const path of [dirname(folder), folder]) {
    try {
      await fs.mkdir(path);
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw translateFsError(error, 'make the folder', path);
    }
  }
}

async function linkUnlessTaken(fs: FileSystem, temp: string, path: string): Promise<boolean> {
  try {
    await fs.link(temp, path);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    if (!noLinks.has(systemCode(error))) throw error;
    // The same name means the same bytes, so overwriting does no harm; only who was first can't be told.
    await fs.rename(temp, path);
  }
  return true;
}
