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
  beforeEach(() => {
    folder.path = mkdtempSync(join(tmpdir(), 'cairn-test-'));
    // Where the secret is kept that marks this user's own references.
    vi.stubEnv('XDG_DATA_HOME', mkdtempSync(join(tmpdir(), 'cairn-test-')));
  });
  afterEach(() => {
    rmSync(folder.path, { recursive: true, force: true });
    rmSync(String(process.env.XDG_DATA_HOME), { recursive: true, force: true });
    vi.unstubAllEnvs();
  });
  return folder;
}
