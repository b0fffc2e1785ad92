import { type CommitRequest, checkAlias, checkTag, type JsonObject, type VersionPatch } from '@cairn/core';
import { type CatalogMutant, commits, lie } from './lie.js';

const mend = (name: string) => name.replace(/[^A-Za-z0-9_.-]/g, '-').slice(0, 128);
const throughJson = (metadata: JsonObject): JsonObject => JSON.parse(JSON.stringify(metadata));

function passes(check: (value: string) => unknown): (value: string) => boolean {
  return (value) => {
    try {
      check(value);
      return true;
    } catch {
      return false;
    }
  };
}

function patches(name: string, instead: (patch: VersionPatch) => VersionPatch): CatalogMutant {
  return lie(name, ({ updateVersion }) => ({
    updateVersion: async (id, patch, options) => updateVersion(id, instead(patch), options),
  }));
}

function mendsCount({ entryCount, size }: CommitRequest) {
  return { entryCount: Math.max(0, Math.round(entryCount)), size: Number.isSafeInteger(size) ? size : 0 };
}

export const refusalsMutants: readonly CatalogMutant[] = [
  commits('mends the name of an artifact', (request) => ({ ...request, name: mend(request.name) })),
  commits('mends a type', (request) => ({ ...request, type: mend(request.type) })),
  commits('mends a project', (request) => ({ ...request, project: mend(request.project) })),
  commits('mends an entity', (request) => ({ ...request, entity: mend(request.entity) })),
  commits('leaves out what can be no alias', (request) => ({
    ...request,
    aliases: request.aliases.filter(passes(checkAlias)),
  })),
  commits('takes the first 100 aliases', (request) => ({
    ...request,
    aliases: request.aliases.slice(0, 100),
  })),
  commits('makes JSON of metadata', (request) => ({ ...request, metadata: throughJson(request.metadata) })),
  commits('leaves out what can be no tag', (request) => ({
    ...request,
    tags: request.tags.filter(passes(checkTag)),
  })),
  commits('takes any time to live for none', ({ ttl, ...request }) =>
    ttl === 3600 ? { ...request, ttl } : request,
  ),
  commits('mends counts and sizes', (request) => ({ ...request, ...mendsCount(request) })),
  lie('mends the job type of a run', ({ startRun }) => ({
    startRun: async ({ jobType, ...run }, options) =>
      startRun({ ...run, jobType: jobType === undefined ? undefined : mend(jobType) }, options),
  })),
  patches('makes JSON of metadata that changes', (patch) =>
    patch.metadata === undefined
      ? patch
      : { ...patch, metadata: { ...patch.metadata, to: throughJson(patch.metadata.to) } },
  ),
  patches('leaves out what can be no alias when a version changes', (patch) =>
    patch.aliases === undefined
      ? patch
      : { ...patch, aliases: { ...patch.aliases, add: patch.aliases.add.filter(passes(checkAlias)) } },
  ),
];
