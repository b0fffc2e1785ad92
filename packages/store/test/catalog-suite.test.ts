import { testCatalog } from '@cairn/conformance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newDataKey } from '../src/encryption/keys-text.js';
import { sealedForm } from '../src/encryption/sealed-form.js';
import {
  type Place,
  pglitePlace,
  postgresPlace,
  postgresUrl,
  sqlitePlace,
  startLimitMs,
} from './catalogs.js';

/** Runs the suite; all cases share one catalog, as projects do. */
function suite(name: string, makePlace: () => Promise<Place>): void {
  let place: Place;
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  beforeAll(async () => {
    place = await makePlace();
  }, startLimitMs);
  afterAll(() => place.dispose());
  testCatalog(name, async () => ({
    catalog: await place.open({ now }),
    reopen: () => place.open({ now }),
    advance(milliseconds) {
      ahead += milliseconds;
    },
  }));
}

suite('SQLite', () => sqlitePlace());
suite('SQLite that shows no digests', () => sqlitePlace(sealedForm(newDataKey())));
suite('PostgreSQL in this process', pglitePlace);

if (postgresUrl !== undefined) {
  const url = postgresUrl;
  suite('PostgreSQL', () => postgresPlace(url));
  suite('PostgreSQL that shows no digests', () => postgresPlace(url, sealedForm(newDataKey())));
} else {
  describe('Catalog: PostgreSQL', () => {
    it('needs a server, which CAIRN_TEST_POSTGRES_URL names', (context) => {
      expect(process.env.CAIRN_REQUIRE_SERVERS, 'servers are required').not.toBe('1');
      context.skip('CAIRN_TEST_POSTGRES_URL is not set, such as to postgres://postgres@localhost/postgres');
    });
  });
}
