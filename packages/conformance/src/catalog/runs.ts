import { heartbeatTimeoutMs } from '@cairn/core';
import { expect } from 'vitest';
import { expectCairnError } from '../expect-cairn-error.js';
import { freshName } from '../helpers.js';
import { type CatalogCase, freshCollection, runOf, startRun } from './fixture.js';

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

export const runs: readonly CatalogCase[] = [
  {
    name: 'starts a run in state running',
    async run({ catalog }) {
      const run = runOf(freshCollection());
      const started = await catalog.startRun(run);
      expect(started).toEqual({ ...run, state: 'running', startedAt: expect.stringMatching(isoTime) });
      expect(await catalog.getRun(run.id)).toEqual(started);
    },
  },
  {
    name: 'keeps the name, job type and config of a run',
    async run({ catalog }) {
      const config = { 'learning rate': 0.001, layers: [64, 64], nested: { ünïcode: '🚲', none: null } };
      const run = runOf(freshCollection(), { name: 'try 7 – "best so far"', jobType: 'train', config });
      await catalog.startRun(run);
      expect(await catalog.getRun(run.id)).toMatchObject(run);
    },
  },
  {
    name: 'knows no run that was not started',
    async run({ catalog }) {
      expect(await catalog.getRun(freshName('run'))).toBeUndefined();
    },
  },
  {
    name: 'refuses the id of another run, also in another project',
    async run({ catalog }) {
      const { id } = await startRun(catalog, freshCollection());
      await expectCairnError(startRun(catalog, freshCollection(), { id, jobType: 'other' }), 'conflict');
      expect((await catalog.getRun(id))?.jobType).toBeUndefined();
    },
  },
  {
    name: 'ends a run',
    async run({ catalog }) {
      const { id } = await startRun(catalog, freshCollection());
      const ended = await catalog.finishRun(id, { state: 'finished' });
      expect(ended).toMatchObject({ id, state: 'finished', endedAt: expect.stringMatching(isoTime) });
      expect(await catalog.getRun(id)).toEqual(ended);
    },
  },
  {
    name: 'keeps why a run failed',
    async run({ catalog }) {
      const { id } = await startRun(catalog, freshCollection());
      await catalog.finishRun(id, { state: 'failed', error: 'out of memory' });
      expect(await catalog.getRun(id)).toMatchObject({ state: 'failed', error: 'out of memory' });
    },
  },
  {
    name: 'ends a run once',
    async run({ catalog }) {
      const { id } = await startRun(catalog, freshCollection());
      const ended = await catalog.finishRun(id, { state: 'finished' });
      expect(await catalog.finishRun(id, { state: 'failed', error: 'too late' })).toEqual(ended);
      expect(await catalog.getRun(id)).toEqual(ended);
    },
  },
  {
    name: 'can end no run that was not started',
    async run({ catalog }) {
      await expectCairnError(catalog.finishRun(freshName('run'), { state: 'finished' }), 'not_found');
    },
  },
  {
    name: 'calls a run crashed that has been silent for too long',
    requires: ['advance'],
    async run({ catalog, advance }) {
      const { id } = await startRun(catalog, freshCollection());
      await advance?.(heartbeatTimeoutMs + 1000);
      const crashed = await catalog.getRun(id);
      expect(crashed?.state).toBe('crashed');
      expect(crashed?.endedAt).toBeUndefined();
    },
  },
  {
    name: 'calls no run crashed that says that it is alive',
    requires: ['advance'],
    async run({ catalog, advance }) {
      const { id } = await startRun(catalog, freshCollection());
      for (let i = 0; i < 3; i++) {
        await advance?.(heartbeatTimeoutMs * 0.8);
        await catalog.heartbeat(id);
      }
      expect((await catalog.getRun(id))?.state).toBe('running');
    },
  },
  {
    name: 'lets a run that was silent speak and end again',
    requires: ['advance'],
    async run({ catalog, advance }) {
      const { id } = await startRun(catalog, freshCollection());
      await advance?.(heartbeatTimeoutMs + 1000);
      await catalog.heartbeat(id);
      expect((await catalog.getRun(id))?.state).toBe('running');
      await advance?.(heartbeatTimeoutMs + 1000);
      expect((await catalog.finishRun(id, { state: 'finished' })).state).toBe('finished');
    },
  },
  {
    name: 'calls no run crashed that has ended, and wakes none by a heartbeat',
    requires: ['advance'],
    async run({ catalog, advance }) {
      const { id } = await startRun(catalog, freshCollection());
      const ended = await catalog.finishRun(id, { state: 'finished' });
      await advance?.(heartbeatTimeoutMs + 1000);
      await catalog.heartbeat(id);
      expect(await catalog.getRun(id)).toEqual(ended);
    },
  },
];
