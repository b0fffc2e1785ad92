import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives a run of tests a temporary folder of its own: what they leave behind, and processes that they kill, goes with it. */
export default function scratch(): (() => void) | undefined {
  if (process.env.CAIRN_TEST_SCRATCH !== undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'cairn-tests-'));
  chmodSync(folder, 0o755); // servers may run as another user
  process.env.TMPDIR = folder;
  process.env.CAIRN_TEST_SCRATCH = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
