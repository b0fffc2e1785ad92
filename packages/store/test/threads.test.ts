import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runProgram } from './child.js';

// Only the built package has a file that a thread can start from.

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-threads-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('does the same with worker threads as without, and keeps no process alive', {
  timeout: 120_000,
}, async () => {
  const { lines, stderr, code } = await runProgram('put-with-workers', [folder, '5000']);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  const [put, copied, gone, changed, after] = lines as Record<string, unknown>[];
  expect(put).toMatchObject({ equal: true, created: 4001, createdInline: 4001, bytes: true, temp: [] });
  if (process.platform === 'linux') expect(put?.threads).toBeGreaterThan(0);
  expect(copied).toEqual({ written: 5001, wrong: [], opened: true });
  expect(gone).toMatchObject({ is: true, code: 'not_found', hint: 'Check the path.' });
  const hint = 'Add it again once nothing writes to it, or add it with { copy: true }.';
  const message = `"${join(folder, 'changed')}" changed after it was added\n  ${hint}`;
  expect(changed).toEqual({ is: true, code: 'source_changed', hint, message });
  expect(after).toEqual({ temp: [] });
});

it('starts threads whatever Node was started with', { timeout: 120_000 }, async () => {
  const program = 'process.argv.splice(1, 1); await import(process.argv[1])';
  const { lines, stderr, code } = await runProgram('put-with-workers', [folder, '600'], {
    under: [process.execPath, '--input-type=module', '-e', program],
  });
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  if (process.platform === 'linux') expect((lines[0] as { threads: number }).threads).toBeGreaterThan(0);
});

it('survives the loss of its threads', { timeout: 120_000 }, async () => {
  const { lines, stderr, code } = await runProgram('lose-threads', [folder]);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  expect(lines).toEqual([
    { is: true, code: 'unavailable', isRetryable: true },
    { count: 3, threads: true },
    { count: 3, threads: true },
    { count: 4 },
  ]);
});

it('may be closed in the middle of a put', { timeout: 120_000 }, async () => {
  const { lines, stderr, code } = await runProgram('close-in-put', [folder]);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  expect(lines).toEqual([
    { is: true, code: 'unavailable', hint: expect.any(String) },
    { temp: [] },
    { count: 3 },
  ]);
});
