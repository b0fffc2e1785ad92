import { memoryCatalog } from '@cairn/core/memory';
import { memoryCatalogFixture } from './fixture.js';
import { type CatalogMutant, lie } from './lie.js';

export const abortingMutants: readonly CatalogMutant[] = [
  lie('commits though it is aborted', ({ commitVersion }) => ({
    commitVersion: (request) => commitVersion(request),
  })),
  lie('lists though it is aborted', ({ listVersions }) => ({ listVersions: (query) => listVersions(query) })),
  {
    name: 'remembers for one process only',
    make: () => ({ ...memoryCatalogFixture(), reopen: async () => memoryCatalog() }),
  },
];
