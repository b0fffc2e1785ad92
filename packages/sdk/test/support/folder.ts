import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';

/** A folder that each test of a file has for itself. */
export interface TestFolder {
  path: string;
  /** Writes files by their paths in the folder. */
  write(files: Record<string, string>): void;
  join(...parts: string[]): string;
}

export function testFolder(): TestFolder {
  const folder: TestFolder = {
    path: '',
    write(files) {
      for (const [name, text] of Object.entries(files)) {
        const path = folder.join(name);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
      }
    },
    join: (...parts) => join(folder.path, ...parts),
  };
  let home: string;
  beforeEach(() => {
    folder.path = mkdtempSync(join(tmpdir(), 'cairn-test-'));
    // What Cairn keeps for a user: the secret that marks references, and what references hashed to.
    home = mkdtempSync(join(tmpdir(), 'cairn-test-'));
    vi.stubEnv('XDG_DATA_HOME', home);
    vi.stubEnv('XDG_CACHE_HOME', home);
  });
  afterEach(() => {
    rmSync(folder.path, { recursive: true, force: true });
    rmSync(home, { recursive: true, force: true });
    vi.unstubAllEnvs();
  });
  return folder;
}
