import { join } from 'node:path';
import type { FileSystem } from '@cairn/file';

/** After how long without a change a temporary file counts as left over by a process that died, in milliseconds. */
const leftoverAgeMs = 24 * 60 * 60 * 1000;

/** Removes temporary files that nobody will finish. What can't be removed now is left for the next time. */
export async function sweepTempFiles(fs: FileSystem, temp: string, now: number): Promise<void> {
  const names = await fs.readdir(temp).catch(() => []);
  for (const name of names) {
    const path = join(temp, name);
    const stats = await fs.lstat(path).catch(() => undefined);
    if (stats !== undefined && now - stats.mtimeMs > leftoverAgeMs)
      await fs.unlink(path).catch(() => undefined);
  }
}
