import { lstatSync, opendirSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { makerOf } from './temp-name.js';
import { isProcessAlive } from './this-host.js';

/** After how long without a change what was temporary of another host counts as left over, in milliseconds. */
const leftoverAgeMs = 24 * 60 * 60 * 1000;

/**
 * Removes temporary files, and temporary folders of files, of a folder whose makers will not finish them: those of processes
 * of this host that are dead, and those of others that nobody has written to for a day. Nothing with any other name is touched,
 * and nothing that is neither. What can't be removed is left for the next time. Never fails.
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
    if (!maker.isHere && Date.now() - stats.mtimeMs <= leftoverAgeMs) return;
    if (stats.isFile()) unlinkSync(path);
    else if (stats.isDirectory()) removeFolder(path);
  } catch {
    // It went meanwhile, or it is not ours to remove.
  }
}

/** One with folders of its own was made by somebody else. */
function removeFolder(path: string): void {
  const items = readdirSync(path, { withFileTypes: true });
  if (!items.every((item) => item.isFile())) return;
  for (const { name } of items) unlinkSync(join(path, name));
  rmdirSync(path);
}
