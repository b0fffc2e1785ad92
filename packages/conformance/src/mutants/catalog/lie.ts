import type { Catalog, CollectionRef, CommitRequest, CommitResult, VersionRecord } from '@cairn/core';
import type { CatalogFixture } from '../../catalog/fixture.js';
import type { Mutant } from '../mutant.js';
import { memoryCatalogFixture } from './fixture.js';

export type CatalogMutant = Mutant<CatalogFixture>;

/** A catalog that is honest but for what is changed. */
export function lie(name: string, change: (honest: Catalog) => Partial<Catalog>): CatalogMutant {
  return {
    name,
    make() {
      const { catalog, ...rest } = memoryCatalogFixture();
      return { ...rest, catalog: { ...catalog, ...change(catalog) } };
    },
  };
}

/** A catalog that commits something else than it was asked to. */
export function commits(name: string, instead: (request: CommitRequest) => CommitRequest): CatalogMutant {
  return lie(name, ({ commitVersion }) => ({
    commitVersion: async (request, options) => commitVersion(instead(request), options),
  }));
}

/** A catalog that tells something else than what it committed. */
export function reports(
  name: string,
  instead: (result: CommitResult, request: CommitRequest) => CommitResult,
): CatalogMutant {
  return lie(name, ({ commitVersion }) => ({
    commitVersion: async (request, options) => instead(await commitVersion(request, options), request),
  }));
}

/** A version that is not deleted, by its id. */
export async function current(catalog: Catalog, id: string): Promise<VersionRecord | undefined> {
  for await (const version of catalog.listVersions({})) if (version.id === id) return version;
  return undefined;
}

export function keyOf({ entity, project, name }: CollectionRef): string {
  return `${entity}/${project}/${name}`;
}
