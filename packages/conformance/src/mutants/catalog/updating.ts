import { CairnError, type Catalog, type VersionPatch, type VersionRecord } from '@cairn/core';
import { type CatalogMutant, current, keyOf, lie } from './lie.js';

/** A catalog that changes something else than it was asked to. */
function patches(
  name: string,
  instead: (patch: VersionPatch, seen: VersionRecord) => VersionPatch,
): CatalogMutant {
  return lie(name, (honest) => ({
    async updateVersion(id, patch, options) {
      const seen = await current(honest, id);
      return honest.updateVersion(id, seen === undefined ? patch : instead(patch, seen), options);
    },
  }));
}

/** What a catalog does about a change that another one came before. */
function conflicts(name: string, instead: () => CairnError): CatalogMutant {
  return lie(name, ({ updateVersion }) => ({
    async updateVersion(id, patch, options) {
      try {
        return await updateVersion(id, patch, options);
      } catch (error) {
        throw CairnError.is(error, 'conflict') ? instead() : error;
      }
    },
  }));
}

async function updateStepByStep(honest: Catalog, id: string, patch: VersionPatch): Promise<VersionRecord> {
  let version: VersionRecord | undefined;
  for (const [field, change] of Object.entries(patch)) {
    version = await honest.updateVersion(id, { [field]: change });
  }
  return version ?? honest.updateVersion(id, {});
}

export const updatingMutants: readonly CatalogMutant[] = [
  patches('changes no time to live', ({ ttl: _, ...patch }) => patch),
  patches('takes no description away', ({ description, ...patch }) =>
    description?.to === undefined ? patch : { ...patch, description },
  ),
  patches('takes the description away with a change of tags', (patch, seen) =>
    patch.tags === undefined || patch.description !== undefined
      ? patch
      : { ...patch, description: { from: seen.description, to: undefined } },
  ),
  patches('overwrites a description unseen', ({ description, ...patch }, seen) =>
    description === undefined ? patch : { ...patch, description: { ...description, from: seen.description } },
  ),
  patches('overwrites metadata unseen', ({ metadata, ...patch }, seen) =>
    metadata === undefined ? patch : { ...patch, metadata: { ...metadata, from: seen.metadata } },
  ),
  patches('overwrites tags unseen', ({ tags, ...patch }, seen) =>
    tags === undefined ? patch : { ...patch, tags: { ...tags, from: seen.tags } },
  ),
  patches('overwrites a time to live unseen', ({ ttl, ...patch }, seen) =>
    ttl === undefined ? patch : { ...patch, ttl: { ...ttl, from: seen.ttl } },
  ),
  patches('moves aliases unseen', ({ aliases, ...patch }, seen) =>
    aliases === undefined ? patch : { ...patch, aliases: { ...aliases, revision: seen.aliasRevision } },
  ),
  conflicts('does not say what changed', () => new CairnError('conflict', 'something changed')),
  lie('compares metadata by its text', (honest) => ({
    async updateVersion(id, patch, options) {
      const seen = JSON.stringify((await current(honest, id))?.metadata);
      if (patch.metadata !== undefined && JSON.stringify(patch.metadata.from) !== seen) {
        throw new CairnError('conflict', 'the metadata changed');
      }
      return honest.updateVersion(id, patch, options);
    },
  })),
  lie('changes one field after the other', (honest) => ({
    async updateVersion(id, patch, options) {
      options?.signal?.throwIfAborted();
      return updateStepByStep(honest, id, patch);
    },
  })),
  patches('adds or removes aliases, not both', ({ aliases, ...patch }) =>
    aliases === undefined
      ? patch
      : { ...patch, aliases: aliases.add.length > 0 ? { ...aliases, remove: [] } : aliases },
  ),
  lie('shows an alias also where it was', (honest) => {
    const extra = new Map<string, string>();
    return {
      async updateVersion(id, patch, options) {
        const collection = await current(honest, id);
        for (const alias of patch.aliases?.add ?? []) {
          const holder = collection && (await honest.findVersion(collection, { alias }));
          if (holder !== undefined) extra.set(holder.id, alias);
        }
        return honest.updateVersion(id, patch, options);
      },
      async findVersion(collection, selector, options) {
        const version = await honest.findVersion(collection, selector, options);
        const alias = version && extra.get(version.id);
        if (version === undefined || alias === undefined || version.aliases.includes(alias)) return version;
        return { ...version, aliases: [...version.aliases, alias] };
      },
    };
  }),
  lie('counts no move of an alias', ({ updateVersion }) => ({
    async updateVersion(id, patch, options) {
      const version = await updateVersion(id, patch, options);
      return { ...version, aliasRevision: patch.aliases?.revision ?? version.aliasRevision };
    },
  })),
  lie('lets no alias move after any other', (honest) => ({
    async updateVersion(id, patch, options) {
      const seen = await current(honest, id);
      if (patch.aliases !== undefined && seen?.aliasRevision !== patch.aliases.revision) {
        throw new CairnError('conflict', `the aliases of ${seen && keyOf(seen)} changed`);
      }
      return honest.updateVersion(id, patch, options);
    },
  })),
  lie('takes a change of what is not there for a conflict', ({ updateVersion }) => ({
    async updateVersion(id, patch, options) {
      try {
        return await updateVersion(id, patch, options);
      } catch (error) {
        throw CairnError.is(error, 'not_found') ? new CairnError('conflict', 'it is gone') : error;
      }
    },
  })),
];
