import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const prefix = 'cairn-engine-';

/** A folder that is gone after the test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Where packs are written and kept, as in a store. */
export function packFolders(): { readonly packs: string; readonly temp: string } {
  const folder = scratchFolder();
  const [packs, temp] = [join(folder, 'packs'), join(folder, 'tmp')];
  mkdirSync(packs);
  mkdirSync(temp);
  return { packs, temp };
}

/** How many files in such folders this process has open, where that can be told; those of databases don't count. */
export function openFiles(): number {
  if (process.platform !== 'linux') return 0;
  const paths = readdirSync('/proc/self/fd').map((descriptor) => {
    try {
      return readlinkSync(join('/proc/self/fd', descriptor));
    } catch {
      return ''; // the one by which they were listed
    }
  });
  return paths.filter((path) => path.includes(prefix) && !path.includes('cairn.db')).length;
}

/** Bytes that look random and are the same for the same seed. */
export function noise(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed >>> 0 || 1;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  return bytes;
}
