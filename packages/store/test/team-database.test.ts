import { expectCairnError } from '@cairn/conformance';
import type { ContentDigest } from '@cairn/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openTeamStore } from '../src/postgres.js';
import type { PostgresPool } from '../src/sql/postgres/pool.js';
import { anyPostgresPool, startLimitMs } from './catalogs.js';
import { log, put, randomBytes, readVersions } from './maintained-store.js';
import { readBlob } from './put.js';
import { teamStore } from './team-places.js';

beforeAll(async () => {
  // PostgreSQL in this process takes its time.
  await (await anyPostgresPool()).dispose();
}, startLimitMs);

/** A pool whose connection breaks once, at a statement that begins like this: before it was run, or after. */
function breaking(pool: PostgresPool, begin: string, nth: number, when: 'before' | 'after'): PostgresPool {
  let count = 0;
  return {
    async connect() {
      const client = await pool.connect();
      return {
        async query(text, values) {
          const isIt = text.startsWith(begin) && ++count === nth;
          if (isIt && when === 'before') await client.query('ROLLBACK');
          else if (isIt) await client.query(text, values);
          if (isIt) throw Object.assign(new Error('the server went away'), { code: '57P01' });
          return client.query(text, values);
        },
        release: (error) => client.release(error),
      };
    },
  };
}

const bytes = randomBytes(1, 900_000);

describe('a store for teams whose database goes away during a put', () => {
  it.each([
    ['before the pack is announced', 'INSERT INTO packs', 1, 'before', 0],
    ['after the pack was announced', 'COMMIT', 1, 'after', 0],
    ['before the pack has its rows', 'INSERT INTO objects', 1, 'before', 1],
    ['after the pack has its rows', 'COMMIT', 2, 'after', 1],
  ] as const)('%s', async (_, begin, nth, when, left) => {
    const { store, bucket, place } = await teamStore();
    await log(store, { a: 'one' });
    const before = (await bucket.packs()).length;
    const pool = breaking(place.pool, begin, nth, when);
    // What opening it writes must not count.
    let isArmed = false;
    const armed: PostgresPool = { connect: () => (isArmed ? pool : place.pool).connect() };
    const other = await openTeamStore({ pool: armed, objects: bucket.objects });
    isArmed = true;
    await expectCairnError(put(other, [bytes]), 'unavailable');
    expect((await bucket.packs()).length).toBe(before + left);
    const [digest] = (await put(other, [bytes])) as [ContentDigest];
    expect((await readBlob(store.blobs, digest)).equals(bytes)).toBe(true);
    // What is left over goes, and nothing else.
    await log(store, { a: 'one', b: bytes });
    await store.gc({ graceMs: -1000, maxDead: 0 });
    const { ok } = await store.verify();
    expect([ok, await readVersions(store)]).toEqual([true, 2]);
    expect((await store.stats()).strayBytes).toBe(0);
    await other.close();
  });
});
