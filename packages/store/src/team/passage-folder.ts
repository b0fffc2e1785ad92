import { lstat, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunOwner } from '@cairn/core';
import { isOwnerAlive, thisProcess } from '../run-owner.js';

const prefix = 'cairn-packs-';
const ownerName = 'owner';

/** A new folder for packs on their way, of this process alone. Those that dead processes of this machine left are removed. */
export async function makePassageFolder(): Promise<string> {
  const parent = tmpdir();
  const names = await readdir(parent).catch(() => []);
  for (const name of names) if (name.startsWith(prefix)) await removeLeftover(join(parent, name));
  const folder = await mkdtemp(join(parent, prefix));
  await writeFile(join(folder, ownerName), JSON.stringify(thisProcess()));
  return folder;
}

/** What can't be removed, or whose owner isn't known, is nobody's business here. */
async function removeLeftover(folder: string): Promise<void> {
  try {
    const stats = await lstat(folder);
    // In a folder that all users share, others may leave anything.
    if (!stats.isDirectory() || stats.uid !== (process.getuid?.() ?? stats.uid)) return;
    const owner = JSON.parse(await readFile(join(folder, ownerName), 'utf8')) as Partial<RunOwner>;
    const { host, pid } = owner;
    if (typeof host !== 'string' || !Number.isSafeInteger(pid) || Number(pid) <= 0) return;
    if (isOwnerAlive({ host, pid: Number(pid) }) === false) await rm(folder, { recursive: true });
  } catch {
    // The next one will try again.
  }
}
