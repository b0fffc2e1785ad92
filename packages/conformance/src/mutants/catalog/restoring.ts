import { CairnError, type VersionRecord } from '@cairn/core';
import { type CatalogMutant, current, lie } from './lie.js';

export const restoringMutants: readonly CatalogMutant[] = [
  lie('restores the aliases too', (honest) => {
    const held = new Map<string, VersionRecord>();
    return {
      async deleteVersion(id, options) {
        const version = await current(honest, id);
        await honest.deleteVersion(id, options);
        if (version !== undefined) held.set(id, version);
      },
      async restoreVersion(id, options) {
        const restored = await honest.restoreVersion(id, options);
        const aliases = held.get(id)?.aliases.filter((alias) => alias !== 'latest') ?? [];
        if (aliases.length === 0) return restored;
        const change = { revision: restored.aliasRevision, add: aliases, remove: [] };
        return honest.updateVersion(id, { aliases: change }, options);
      },
    };
  }),
  lie('lists deleted versions among the others', (honest) => ({
    async *listVersions({ deleted: _, ...query }, options) {
      yield* honest.listVersions(query, options);
    },
  })),
  lie('takes every restored version for the latest', (honest) => ({
    async restoreVersion(id, options) {
      const wasDeleted = (await current(honest, id)) === undefined;
      const restored = await honest.restoreVersion(id, options);
      if (!wasDeleted || restored.aliases.includes('latest')) return restored;
      const { entity, project, name, type, digest, manifest, entryCount, size, metadata } = restored;
      const contents = { entity, project, name, type, digest, manifest, entryCount, size, metadata };
      return (await honest.commitVersion({ ...contents, aliases: [], tags: [] }, options)).version;
    },
  })),
  lie('answers with the version that holds the contents by now', (honest) => ({
    async restoreVersion(id, options) {
      try {
        return await honest.restoreVersion(id, options);
      } catch (error) {
        if (!CairnError.is(error, 'conflict')) throw error;
        for await (const version of honest.listVersions({})) return version;
        throw error;
      }
    },
  })),
  lie('points latest to a version that is there, when asked to restore it', (honest) => ({
    async restoreVersion(id, options) {
      const version = await current(honest, id);
      if (version === undefined) return honest.restoreVersion(id, options);
      const { entity, project, name, type, digest, manifest, entryCount, size, metadata } = version;
      const contents = { entity, project, name, type, digest, manifest, entryCount, size, metadata };
      return (await honest.commitVersion({ ...contents, aliases: [], tags: [] }, options)).version;
    },
  })),
  lie('restores what there never was', ({ restoreVersion, listVersions }) => ({
    async restoreVersion(id, options) {
      try {
        return await restoreVersion(id, options);
      } catch (error) {
        if (!CairnError.is(error, 'not_found')) throw error;
        for await (const version of listVersions({})) return version;
        throw error;
      }
    },
  })),
];
