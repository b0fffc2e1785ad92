import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folders that are there now; whatever ends the process, they go with it as far as it lets us. */
const folders = new Set<string>();

function removeAll(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

/** A folder for files that live as long as a draft needs them; nobody else can read it. Made when first asked for. */
export class TempFolder {
  #made: Promise<string> | undefined;
  #count = 0;

  /** The path of a file that doesn't exist yet. */
  async newPath(): Promise<string> {
    this.#made ??= make();
    return join(await this.#made, String(this.#count++));
  }

  /** If it can't be removed now, it is when the process ends. */
  async remove(): Promise<void> {
    const folder = await this.#made;
    this.#made = undefined;
    if (folder === undefined) return;
    try {
      await rm(folder, { recursive: true, force: true });
      folders.delete(folder);
      if (folders.size === 0) process.off('exit', removeAll);
    } catch {}
  }
}

async function make(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-'));
  if (folders.size === 0) process.on('exit', removeAll);
  folders.add(folder);
  return folder;
}
