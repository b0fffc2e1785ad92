import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type WalkFolderOptions, walkFolder } from '../src/index.js';
import { collect } from './collect.js';
import { tempFolder } from './temp-folder.js';

/** Makes a folder; a path that ends with / is a folder, and `a -> b` a link. */
export async function folderOf(...items: string[]): Promise<string> {
  const root = await tempFolder();
  for (const item of items) {
    const [path = '', target] = item.split(' -> ');
    const absolute = join(root, path);
    await mkdir(path.endsWith('/') ? absolute : join(absolute, '..'), { recursive: true });
    if (target !== undefined) await symlink(target, absolute);
    else if (!path.endsWith('/')) await writeFile(absolute, path);
  }
  return root;
}

/** The paths that walking a folder gives. */
export async function paths(root: string, options?: WalkFolderOptions): Promise<string[]> {
  return (await collect(walkFolder(root, options))).map(({ path }) => path);
}
