import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { isOwnerAlive, thisProcess } from './run-owner.js';

it('knows that this process is alive', () => {
  expect(thisProcess().pid).toBe(process.pid);
  expect(isOwnerAlive(thisProcess())).toBe(true);
});

it('knows that a process of another user is alive', () => {
  expect(isOwnerAlive({ ...thisProcess(), pid: 1 })).toBe(true);
});

it('knows that a process has ended', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  const { pid = -1 } = child;
  await once(child, 'exit');
  expect(isOwnerAlive({ ...thisProcess(), pid })).toBe(false);
});

it('knows nothing of processes elsewhere', () => {
  expect(isOwnerAlive({ host: 'another machine', pid: process.pid })).toBeUndefined();
});
