import {
  CairnError,
  type CollectionRef,
  type JsonObject,
  outdatedBasis,
  type VersionRecord,
} from '@cairn/core';
import { type CatalogMutant, commits, keyOf, lie, reports } from './lie.js';

function changed(name: string, instead: (version: VersionRecord) => VersionRecord): CatalogMutant {
  return lie(name, ({ commitVersion, findVersion }) => ({
    async commitVersion(request, options) {
      const { version, created } = await commitVersion(request, options);
      return { version: instead(version), created };
    },
    async findVersion(collection, selector, options) {
      const version = await findVersion(collection, selector, options);
      return version === undefined ? undefined : instead(version);
    },
  }));
}

export const committingMutants: readonly CatalogMutant[] = [
  changed('sorts tags as people do', (version) => ({
    ...version,
    tags: [...version.tags].sort((a, b) => a.localeCompare(b)),
  })),
  changed('mentions what was not said', (version) => ({
    ...version,
    description: version.description as string,
  })),
  lie('gives the first versions of two entities one id', ({ commitVersion }) => {
    let first: VersionRecord | undefined;
    return {
      async commitVersion(request, options) {
        const { version, created } = await commitVersion(request, options);
        first ??= version;
        const isOther = version.version === 0 && version.entity !== first.entity;
        return { version: isOther ? { ...version, id: first.id } : version, created };
      },
    };
  }),
  lie('counts versions up in each project', ({ commitVersion }) => {
    const counts = new Map<string, number>();
    return {
      async commitVersion(request, options) {
        const { version, created } = await commitVersion(request, options);
        const key = `${request.entity}/${request.project}`;
        const count = counts.get(key) ?? 0;
        if (!created) return { version, created };
        counts.set(key, count + 1);
        return { version: { ...version, version: count }, created };
      },
    };
  }),
  reports('takes the description of the last who logged the same', ({ version, created }, request) => ({
    version: request.description === undefined ? version : { ...version, description: request.description },
    created,
  })),
  lie('compares contents with the latest version only', ({ commitVersion, findVersion }) => ({
    async commitVersion(request, options) {
      const latest = await findVersion(request, { alias: 'latest' });
      const { version, created } = await commitVersion(request, options);
      if (created || latest?.id === version.id) return { version, created };
      return { version: { ...version, version: (latest?.version ?? -1) + 1 }, created: true };
    },
  })),
  lie('keeps latest at the highest version', ({ findVersion, listVersions }) => ({
    async findVersion(collection, selector, options) {
      if (!('alias' in selector) || selector.alias !== 'latest') {
        return findVersion(collection, selector, options);
      }
      for await (const version of listVersions({ ...only(collection), limit: 1 }, options)) return version;
      return undefined;
    },
  })),
  lie('takes all aliases from what is not the latest', ({ findVersion }) => ({
    async findVersion(collection, selector, options) {
      const version = await findVersion(collection, selector, options);
      return version?.aliases.includes('latest') === false ? { ...version, aliases: [] } : version;
    },
  })),
  lie('moves no alias to a version that existed', ({ commitVersion, findVersion }) => ({
    async commitVersion(request, options) {
      const existing = await findVersion(request, { digest: request.digest });
      return commitVersion(existing === undefined ? request : { ...request, aliases: [] }, options);
    },
  })),
  changed('loses a key that is called __proto__', (version) => ({
    ...version,
    metadata: Object.assign({}, version.metadata) as JsonObject,
  })),
  changed('keeps 32 bits of a size', (version) => ({ ...version, size: version.size % 2 ** 32 })),
  lie('hands out the metadata that it keeps', ({ commitVersion, findVersion, updateVersion }) => {
    const kept = new Map<string, JsonObject>();
    return {
      async commitVersion(request, options) {
        const result = await commitVersion(request, options);
        kept.set(result.version.id, result.version.metadata);
        return result;
      },
      async findVersion(collection, selector, options) {
        const version = await findVersion(collection, selector, options);
        return version && { ...version, metadata: kept.get(version.id) ?? version.metadata };
      },
      async updateVersion(id, patch, options) {
        const version = await updateVersion(id, patch, options);
        kept.delete(id);
        return version;
      },
    };
  }),
  lie('does not say which type a collection has', ({ commitVersion }) => ({
    async commitVersion(request, options) {
      try {
        return await commitVersion(request, options);
      } catch (error) {
        if (CairnError.is(error, 'type_mismatch')) throw new CairnError('type_mismatch', 'wrong type');
        throw error;
      }
    },
  })),
  lie('takes a number also for what it refuses', ({ commitVersion }) => {
    const refused = new Map<string, number>();
    return {
      async commitVersion(request, options) {
        const key = keyOf(request);
        try {
          const { version, created } = await commitVersion(request, options);
          return { version: { ...version, version: version.version + (refused.get(key) ?? 0) }, created };
        } catch (error) {
          refused.set(key, (refused.get(key) ?? 0) + 1);
          throw error;
        }
      },
    };
  }),
  commits('forgets a time to live', ({ ttl: _, ...request }) => request),
  commits('asks for no basis', ({ basis: _, ...request }) => request),
  lie('refuses whatever has an outdated basis', ({ commitVersion }) => ({
    async commitVersion(request, options) {
      if (request.basis !== undefined) throw outdatedBasis();
      return commitVersion(request, options);
    },
  })),
  lie('makes the collection before it looks for the run', ({ commitVersion, listCollections }) => {
    const made: CollectionRef[] = [];
    return {
      async commitVersion(request, options) {
        try {
          return await commitVersion(request, options);
        } catch (error) {
          if (CairnError.is(error, 'not_found')) made.push(request);
          throw error;
        }
      },
      async *listCollections(query, options) {
        yield* listCollections(query, options);
        const times = { createdAt: '', updatedAt: '' };
        for (const ref of made) yield { ...ref, type: 'dataset', versionCount: 0, aliases: [], ...times };
      },
    };
  }),
];

function only({ entity, project, name }: CollectionRef): CollectionRef {
  return { entity, project, name };
}
