import { CairnError, type VersionRecord } from '@cairn/core';
import { type CatalogMutant, current, keyOf, lie } from './lie.js';

export const deletingMutants: readonly CatalogMutant[] = [
  lie('lists a deleted version still', (honest) => {
    const deleted: VersionRecord[] = [];
    return {
      async deleteVersion(id, options) {
        const version = await current(honest, id);
        await honest.deleteVersion(id, options);
        if (version !== undefined) deleted.push(version);
      },
      async *listVersions(query, options) {
        yield* honest.listVersions(query, options);
        yield* deleted;
      },
    };
  }),
  lie('takes the number after the highest that is left', (honest) => {
    const freed = new Map<string, number>();
    return {
      async deleteVersion(id, options) {
        const version = await current(honest, id);
        await honest.deleteVersion(id, options);
        if (version !== undefined) freed.set(keyOf(version), (freed.get(keyOf(version)) ?? 0) + 1);
      },
      async commitVersion(request, options) {
        const { version, created } = await honest.commitVersion(request, options);
        const number = version.version - (freed.get(keyOf(version)) ?? 0);
        return { version: created ? { ...version, version: number } : version, created };
      },
    };
  }),
  lie('brings a deleted version back with its contents', (honest) => {
    const deleted = new Map<string, VersionRecord>();
    return {
      async deleteVersion(id, options) {
        const version = await current(honest, id);
        await honest.deleteVersion(id, options);
        if (version !== undefined) deleted.set(version.digest, version);
      },
      async commitVersion(request, options) {
        const version = deleted.get(request.digest);
        return version === undefined ? honest.commitVersion(request, options) : { version, created: false };
      },
    };
  }),
  lie('forgets the type with the last version', (honest) => ({
    async commitVersion(request, options) {
      try {
        return await honest.commitVersion(request, options);
      } catch (error) {
        const { entity, project, name } = request;
        if (!CairnError.is(error, 'type_mismatch')) throw error;
        for await (const _ of honest.listVersions({ entity, project, name })) throw error;
        return honest.commitVersion({ ...request, type: 'dataset' }, options);
      }
    },
  })),
  lie('deletes latest with the version it points to', (honest) => {
    const lost = new Set<string>();
    return {
      async deleteVersion(id, options) {
        const version = await current(honest, id);
        await honest.deleteVersion(id, options);
        if (version?.aliases.includes('latest')) lost.add(keyOf(version));
      },
      async findVersion(collection, selector, options) {
        const isLost = 'alias' in selector && selector.alias === 'latest' && lost.has(keyOf(collection));
        return isLost ? undefined : honest.findVersion(collection, selector, options);
      },
    };
  }),
  lie('deletes aliases without being told to', ({ deleteVersion }) => ({
    deleteVersion: (id, options) => deleteVersion(id, { ...options, deleteAliases: true }),
  })),
  lie('deletes no aliases though it is told to', ({ deleteVersion }) => ({
    deleteVersion: (id, options) => deleteVersion(id, { ...options, deleteAliases: false }),
  })),
  lie('deletes what is not there', ({ deleteVersion }) => ({
    async deleteVersion(id, options) {
      await deleteVersion(id, options).catch((error: unknown) => {
        if (!CairnError.is(error, 'not_found')) throw error;
      });
    },
  })),
  lie('takes a use of what is not there for recorded', ({ recordUse }) => ({
    async recordUse(runId, versionId, options) {
      await recordUse(runId, versionId, options).catch((error: unknown) => {
        if (!CairnError.is(error, 'not_found')) throw error;
      });
    },
  })),
];
