import { CairnError, type VersionRecord } from '@cairn/core';
import { collect } from '../../helpers.js';
import { type CatalogMutant, current, lie } from './lie.js';

/** A catalog that commits without the edge where the run is not fit for one. */
function commitsAnyway(name: string, code: 'run_finished' | 'not_found'): CatalogMutant {
  return lie(name, ({ commitVersion }) => ({
    async commitVersion(request, options) {
      try {
        return await commitVersion(request, options);
      } catch (error) {
        if (!CairnError.is(error, code)) throw error;
        return commitVersion({ ...request, edge: undefined }, options);
      }
    },
  }));
}

export const edgesMutants: readonly CatalogMutant[] = [
  lie('takes a log for a use', ({ runsOfVersion }) => ({
    async *runsOfVersion(id, direction, options) {
      yield* runsOfVersion(id, direction, options);
      if (direction === 'input') yield* runsOfVersion(id, 'output', options);
    },
  })),
  lie('remembers only the first run that logged a version', ({ runsOfVersion }) => ({
    async *runsOfVersion(id, direction, options) {
      const runs = await collect(runsOfVersion(id, direction, options));
      yield* direction === 'output' ? runs.slice(0, 1) : runs;
    },
  })),
  lie('moves aliases to what is used', ({ commitVersion }) => ({
    async commitVersion(request, options) {
      const result = await commitVersion(request, options);
      if (!result.created && request.edge?.direction === 'input') {
        await commitVersion({ ...request, edge: undefined }, options);
      }
      return result;
    },
  })),
  lie('gives new contents that are used no alias', ({ commitVersion }) => ({
    commitVersion: (request, options) =>
      commitVersion(request.edge?.direction === 'input' ? { ...request, aliases: [] } : request, options),
  })),
  commitsAnyway('commits for a run that has ended', 'run_finished'),
  commitsAnyway('commits for a run that was not started', 'not_found'),
  lie('records a use as often as it is told', ({ recordUse, versionsOfRun }) => {
    const told = new Map<string, number>();
    return {
      async recordUse(runId, versionId, options) {
        await recordUse(runId, versionId, options);
        told.set(versionId, (told.get(versionId) ?? 0) + 1);
      },
      async *versionsOfRun(runId, direction, options) {
        for await (const version of versionsOfRun(runId, direction, options)) {
          const times = direction === 'input' ? (told.get(version.id) ?? 1) : 1;
          for (let n = 0; n < times; n++) yield version;
        }
      },
    };
  }),
  lie('takes a use by a run that has ended for recorded', ({ recordUse }) => ({
    async recordUse(runId, versionId, options) {
      await recordUse(runId, versionId, options).catch((error: unknown) => {
        if (!CairnError.is(error, 'run_finished')) throw error;
      });
    },
  })),
  lie('sorts what a run used by number', ({ versionsOfRun }) => ({
    async *versionsOfRun(runId, direction, options) {
      const versions = await collect(versionsOfRun(runId, direction, options));
      yield* versions.sort((a, b) => a.version - b.version);
    },
  })),
  lie('lists the last run that used a version first', ({ runsOfVersion }) => ({
    async *runsOfVersion(id, direction, options) {
      const runs = await collect(runsOfVersion(id, direction, options));
      yield* direction === 'input' ? runs.reverse() : runs;
    },
  })),
  lie('shows deleted versions among what a run logged', (honest) => {
    const deleted: VersionRecord[] = [];
    return {
      async deleteVersion(id, options) {
        const version = await current(honest, id);
        await honest.deleteVersion(id, options);
        if (version !== undefined) deleted.push(version);
      },
      async *versionsOfRun(runId, direction, options) {
        yield* deleted;
        yield* honest.versionsOfRun(runId, direction, options);
      },
    };
  }),
];
