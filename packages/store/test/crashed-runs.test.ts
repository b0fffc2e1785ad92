import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { heartbeatTimeoutMs, type RunOwner } from '@cairn/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore, thisProcess } from '../src/index.js';
import { runProgram } from './child.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-runs-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('shows a run as crashed as soon as its process is gone', async () => {
  const { lines } = await runProgram('start-run', [folder, 'r'], { killAfterMs: 3000 });
  expect(lines).toEqual([{ state: 'running' }]);
  const store = await openStore(folder);
  expect((await store.catalog.getRun('r'))?.state).toBe('crashed');
  await store.close();
});

it('does not give up a silent run whose process is there, only one of which nothing is known', async () => {
  let ahead = 0;
  const store = await openStore(folder, { now: () => new Date(Date.now() + ahead) });
  const owners: Record<string, RunOwner | undefined> = {
    here: thisProcess(),
    elsewhere: { host: 'another machine', pid: process.pid },
    unknown: undefined,
  };
  for (const [id, owner] of Object.entries(owners)) {
    await store.catalog.startRun({ entity: 'e', project: 'p', id, config: {}, owner });
  }
  const states = () =>
    Promise.all(Object.keys(owners).map(async (id) => (await store.catalog.getRun(id))?.state));
  expect(await states()).toEqual(['running', 'running', 'running']);
  ahead = heartbeatTimeoutMs + 1000;
  expect(await states()).toEqual(['running', 'crashed', 'crashed']);
  await store.close();
});
