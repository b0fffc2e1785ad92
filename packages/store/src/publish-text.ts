import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type FileSystem, syncFolder } from '@cairn/file';
import { attempt } from './blobs/attempt.js';
import { giveName } from './blobs/give-name.js';
import { tempOf } from './store-folder.js';

/** Writes a file in a store's folder unless it is there, whole and durably: of several processes, the first decides. */
export async function publishText(fs: FileSystem, folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name);
  const staged = join(tempOf(folder), randomBytes(16).toString('hex'));
  try {
    await attempt('write', path, writeDurably(fs, staged, text));
    await giveName(fs, staged, path);
  } finally {
    await fs.unlink(staged).catch(() => undefined);
  }
  await syncFolder(folder, { fs });
}

export async function writeDurably(fs: FileSystem, path: string, text: string): Promise<void> {
  const file = await fs.open(path, 'wx');
  try {
    await file.write(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
