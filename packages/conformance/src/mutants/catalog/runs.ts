import { CairnError, type RunRecord } from '@cairn/core';
import { type CatalogMutant, lie } from './lie.js';

/** A catalog that shows runs as they are not. */
function shows(name: string, instead: (run: RunRecord) => RunRecord): CatalogMutant {
  return lie(name, ({ getRun }) => ({
    async getRun(id, options) {
      const run = await getRun(id, options);
      return run === undefined ? undefined : instead(run);
    },
  }));
}

export const runsMutants: readonly CatalogMutant[] = [
  lie('starts a run at a date without a time', ({ startRun }) => ({
    async startRun(run, options) {
      const started = await startRun(run, options);
      return { ...started, startedAt: started.startedAt.slice(0, 10) };
    },
  })),
  shows('keeps nested config as text', (run) => ({
    ...run,
    config: Object.fromEntries(
      Object.entries(run.config).map(([key, value]) => [
        key,
        typeof value === 'object' ? JSON.stringify(value) : value,
      ]),
    ),
  })),
  lie('makes up a run it does not know', ({ getRun }) => ({
    async getRun(id, options) {
      const unknown = { entity: 'e', project: 'p', id, config: {}, state: 'crashed', startedAt: '' } as const;
      return (await getRun(id, options)) ?? unknown;
    },
  })),
  lie('starts a run again under an id that is taken', ({ startRun, getRun }) => ({
    async startRun(run, options) {
      try {
        return await startRun(run, options);
      } catch (error) {
        const taken = CairnError.is(error, 'conflict') ? await getRun(run.id) : undefined;
        if (taken === undefined) throw error;
        return taken;
      }
    },
  })),
  shows('forgets when a run ended', ({ endedAt: _, ...run }) => run),
  shows('forgets why a run failed', ({ error: _, ...run }) => run),
  lie('lets the last end of a run win', ({ finishRun }) => ({
    async finishRun(id, end, options) {
      return { ...(await finishRun(id, end, options)), state: end.state };
    },
  })),
  lie('ends a run that was not started', ({ finishRun }) => ({
    async finishRun(id, end, options) {
      try {
        return await finishRun(id, end, options);
      } catch (error) {
        if (!CairnError.is(error, 'not_found')) throw error;
        return { entity: 'e', project: 'p', id, config: {}, state: end.state, startedAt: '' };
      }
    },
  })),
  shows('calls no run crashed', (run) => ({
    ...run,
    state: run.state === 'crashed' ? 'running' : run.state,
  })),
  lie('hears no heartbeat', () => ({ heartbeat: async () => {} })),
  lie('hears no heartbeat after a silence', ({ heartbeat, getRun }) => ({
    async heartbeat(id, options) {
      if ((await getRun(id))?.state === 'running') await heartbeat(id, options);
    },
  })),
  lie('wakes a run that has ended by a heartbeat', ({ heartbeat, getRun }) => {
    const woken = new Set<string>();
    return {
      async heartbeat(id, options) {
        woken.add(id);
        await heartbeat(id, options);
      },
      async getRun(id, options) {
        const run = await getRun(id, options);
        return run !== undefined && woken.has(id) ? { ...run, state: 'running' } : run;
      },
    };
  }),
];
