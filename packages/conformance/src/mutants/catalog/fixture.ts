import { memoryCatalog } from '@cairn/core/memory';
import type { CatalogFixture } from '../../catalog/fixture.js';

/** A catalog in memory that can do all the suite asks for. */
export function memoryCatalogFixture(): CatalogFixture {
  let ahead = 0;
  const catalog = memoryCatalog({ now: () => new Date(Date.now() + ahead) });
  return {
    catalog,
    advance(milliseconds) {
      ahead += milliseconds;
    },
    reopen: async () => catalog,
  };
}
