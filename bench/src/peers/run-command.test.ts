import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { type RunOptions, runCommand } from './run-command.js';

const hasGnuTime = spawnSync('time', ['--version']).status === 0;
const options: RunOptions = { cwd: tmpdir(), env: process.env, limit: 20 };

test.skipIf(!hasGnuTime)('what children use is counted', async () => {
  const child = `const end = Date.now() + 300; while (Date.now() < end); console.log('done')`;
  const outcome = await runCommand(
    ['sh', '-c', `"$1" -e "$2"; true`, 'sh', process.execPath, child],
    options,
  );
  expect(outcome).toMatchObject({ kind: 'done', output: 'done\n' });
  expect(outcome.kind === 'done' && outcome.usage.cpuS).toBeGreaterThan(0);
  expect(outcome.kind === 'done' && outcome.usage.peakMB).toBeGreaterThan(20); // that of Node, not of sh
});

test.skipIf(!hasGnuTime)('what fails says why', async () => {
  const outcome = await runCommand(['sh', '-c', 'echo broken >&2; exit 3'], options);
  expect(outcome).toMatchObject({ kind: 'failed', why: expect.stringMatching(/ended with 3: broken/) });
});

test.skipIf(!hasGnuTime)('but not where things are on this machine', async () => {
  const text = 'at run (file:///home/me/cairn/bench/x.js:1:2) in /tmp/data/first, node:internal/modules';
  const outcome = await runCommand(['/bin/sh', '-c', 'echo "$1" >&2; exit 3', 'sh', text], options);
  expect(outcome).toMatchObject({ why: expect.stringMatching(/^sh -c .* ended with 3: /) });
  const why = outcome.kind === 'failed' ? outcome.why : '';
  expect(why.slice(why.indexOf('ended'))).toBe(
    'ended with 3: at run (x.js:1:2) in first, node:internal/modules',
  );
});

test.skipIf(!hasGnuTime)('what takes too long is stopped with its children', async () => {
  const file = join(tmpdir(), `cairn-child-${process.pid}`);
  const outcome = await runCommand(['sh', '-c', 'sleep 600 & echo $! > "$1"; wait', 'sh', file], {
    ...options,
    limit: 1,
  });
  expect(outcome).toEqual({ kind: 'stopped', after: 1 });
  const child = Number(readFileSync(file, 'utf8'));
  rmSync(file);
  await vi.waitFor(() => expect(isRunning(child)).toBe(false), 5000);
});

test('a tool that is not there fails', async () => {
  expect(await runCommand(['cairn-no-such-tool'], options)).toMatchObject({ kind: 'failed' });
});

/** A process that has ended but was not waited for does not run. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}
