import { lstatSync, opendirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { makerOf } from './temp-name.js';
import { isProcessAlive } from './this-host.js';

/** After how long without a change a temporary file of another host counts as left over, in milliseconds. */
const leftoverAgeMs = 24 * 60 * 60 * 1000;

/**
 * Removes the temporary files of a folder whose makers will not finish them: those of processes of this host that are dead, and
 * those of others that nobody has written to for a day. Nothing with any other name is touched, and nothing that is no file. What
 * can't be removed is left for the next time. Never fails.
 */
export function removeLeftovers(folder: string): void {
  try {
    const items = opendirSync(folder, { bufferSize: 256 });
    try {
      for (let item = items.readSync(); item !== null; item = items.readSync()) remove(folder, item.name);
    } finally {
      items.closeSync();
    }
  } catch {
    // Then there is nothing to remove here.
  }
}

function remove(folder: string, name: string): void {
  const maker = makerOf(name);
  if (maker === undefined || (maker.isHere && isProcessAlive(maker.pid))) return;
  try {
    const path = join(folder, name);
    const stats = lstatSync(path);
    if (!stats.isFile()) return;
    if (maker.isHere || Date.now() - stats.mtimeMs > leftoverAgeMs) unlinkSync(path);
  } catch {
    // It went meanwhile, or it is not ours to remove.
  }
}
