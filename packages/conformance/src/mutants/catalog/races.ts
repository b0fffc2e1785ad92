import { CairnError, type CommitRequest, type CommitResult, type VersionPatch } from '@cairn/core';
import { type CatalogMutant, current, keyOf, lie } from './lie.js';

/** Counts the calls that are under way, by what they are about. */
function traffic() {
  const underWay = new Map<string, number>();
  return async <T>(key: string, call: (isCrowded: boolean) => Promise<T>): Promise<T> => {
    const before = underWay.get(key) ?? 0;
    underWay.set(key, before + 1);
    try {
      return await call(before > 0);
    } finally {
      underWay.set(key, (underWay.get(key) ?? 1) - 1);
    }
  };
}

/** A catalog that commits in two steps where others commit at the same time. */
function raced(
  name: string,
  instead: (result: CommitResult, request: CommitRequest) => CommitResult,
): CatalogMutant {
  return lie(name, ({ commitVersion }) => {
    const crowd = traffic();
    return {
      commitVersion: (request, options) =>
        crowd(keyOf(request), async (isCrowded) => {
          const result = await commitVersion(request, options);
          return isCrowded ? instead(result, request) : result;
        }),
    };
  });
}

/** A catalog that looks first and writes later, so that one of two changes at the same time is lost. */
function overwrites(
  name: string,
  keyOfPatch: (id: string, patch: VersionPatch) => string | undefined,
): CatalogMutant {
  return lie(name, (honest) => {
    const crowd = traffic();
    return {
      updateVersion: (id, patch, options) =>
        crowd(keyOfPatch(id, patch) ?? '', async (isCrowded) => {
          try {
            return await honest.updateVersion(id, patch, options);
          } catch (error) {
            const version = await current(honest, id);
            const isRace = isCrowded && keyOfPatch(id, patch) !== undefined;
            if (!isRace || !CairnError.is(error, 'conflict') || version === undefined) throw error;
            return version;
          }
        }),
    };
  });
}

export const racesMutants: readonly CatalogMutant[] = [
  raced('looks for the next number before it takes it', ({ version, created }) => ({
    version: { ...version, version: Math.max(0, version.version - 1) },
    created,
  })),
  raced('looks for equal contents before it takes a number', ({ version }) => ({ version, created: true })),
  lie('moves latest after the commit', ({ commitVersion, findVersion }) => {
    const crowd = traffic();
    const stuck = new Map<string, number>();
    return {
      commitVersion: (request, options) =>
        crowd(keyOf(request), async (isCrowded) => {
          const result = await commitVersion(request, options);
          if (isCrowded && !stuck.has(keyOf(request))) stuck.set(keyOf(request), result.version.version);
          return result;
        }),
      async findVersion(collection, selector, options) {
        const number = 'alias' in selector && selector.alias === 'latest' && stuck.get(keyOf(collection));
        return findVersion(collection, typeof number === 'number' ? { version: number } : selector, options);
      },
    };
  }),
  lie('leaves an alias also where it was', ({ commitVersion, listVersions }) => {
    const crowd = traffic();
    const held = new Set<string>();
    return {
      commitVersion: (request, options) =>
        crowd(keyOf(request), async (isCrowded) => {
          const result = await commitVersion(request, options);
          if (isCrowded && request.aliases.includes('best')) held.add(result.version.id);
          return result;
        }),
      async *listVersions(query, options) {
        for await (const version of listVersions(query, options)) {
          yield held.has(version.id) ? { ...version, aliases: ['best'] } : version;
        }
      },
    };
  }),
  overwrites('looks at a description before it writes it', (id, patch) =>
    patch.description === undefined ? undefined : id,
  ),
  overwrites('looks at an alias before it moves it', (_, patch) =>
    patch.aliases === undefined ? undefined : 'aliases',
  ),
];
