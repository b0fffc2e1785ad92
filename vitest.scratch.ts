import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// A run of tests has a temporary folder of its own: what they leave behind, and processes that they kill, goes with it.

let folder: string | undefined;

/** Once in a run, though each project asks for it. */
export function setup(): void {
  if (process.env.CAIRN_TEST_SCRATCH !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'cairn-tests-'));
  chmodSync(folder, 0o755); // servers may run as another user
  process.env.TMPDIR = folder;
  process.env.CAIRN_TEST_SCRATCH = folder;
}

export function teardown(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
