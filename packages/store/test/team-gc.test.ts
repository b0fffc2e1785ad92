import { setTimeout as sleep } from 'node:timers/promises';
import { expectCairnError } from '@cairn/conformance';
import { CairnError } from '@cairn/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openTeamStore, type TeamStore } from '../src/postgres.js';
import type { PostgresPool } from '../src/sql/postgres/pool.js';
import { anyPostgresPool, postgresUrl, startLimitMs } from './catalogs.js';
import { commit, log, logAnyway, put, randomBytes, readVersions, storeFiles } from './maintained-store.js';
import { fill, sql } from './mended-team.js';
import { teamStore } from './team-places.js';

beforeAll(async () => {
  // PostgreSQL in this process takes its time.
  await (await anyPostgresPool()).dispose();
}, startLimitMs);

const all = { graceMs: -1000, maxDead: 0 };

describe('garbage collection of a bucket', () => {
  it('leaves a store alone in which all is needed', async () => {
    const { store, bucket } = await teamStore();
    await log(store, { a: 'one', b: randomBytes(1, 900_000) });
    const before = await bucket.packs();
    const { objects, freedBytes, leftovers } = await store.gc(all);
    expect([objects.count, freedBytes, leftovers.count]).toEqual([0, 0, 0]);
    expect(await bucket.packs()).toEqual(before);
  });

  it('removes what only a deleted version needed, and copies what others need', async () => {
    const { store, bucket } = await teamStore();
    const shared = randomBytes(1, 700_000);
    await log(store, { shared, a: 'stays' });
    const { id } = await log(store, { shared, b: 'goes', c: randomBytes(2, 900_000) });
    const [blob] = await put(store, [randomBytes(3, 300_000)]);
    await put(store, [randomBytes(4, 1000), Buffer.from('stays too')]);
    await log(store, { d: 'stays too' });
    await store.catalog.deleteVersion(id);
    const { freedBytes, dead, packs } = await store.gc(all);
    expect(freedBytes).toBeGreaterThan(1_200_000);
    expect([packs.removed > 0, packs.written > 0]).toEqual([true, true]);
    expect(dead).toEqual({ young: 0, tolerated: 0, damaged: 0, disk_full: 0 });
    expect(await readVersions(store)).toBe(2);
    expect((await store.blobs.has(blob === undefined ? [] : [blob])).size).toBe(0);
    expect((await store.gc(all)).freedBytes).toBe(0);
    const sizes: number[] = [];
    for await (const { size } of bucket.objects.list('packs/')) sizes.push(size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(720_000);
  });

  it('spares what is young', async () => {
    const { store, bucket } = await teamStore();
    const [blob] = await put(store, [randomBytes(1, 1000)]);
    expect((await store.gc()).dead.young).toBeGreaterThan(1000);
    expect(await bucket.packs()).toHaveLength(1);
    expect((await store.blobs.has(blob === undefined ? [] : [blob])).size).toBe(1);
  });

  it('sweeps objects that have no rows, and nothing that is no pack', async () => {
    const { store, bucket } = await teamStore();
    await log(store, { a: 'one' });
    const left = `packs/${'ab'.repeat(16)}`;
    await bucket.objects.put(left, Buffer.alloc(1234));
    await bucket.objects.put('packs/notes.txt', Buffer.alloc(1));
    expect((await store.gc()).leftovers).toEqual({ count: 1, bytes: 1234 });
    expect((await bucket.packs()).includes(left)).toBe(false);
    expect((await bucket.packs()).includes('packs/notes.txt')).toBe(true);
    expect(await readVersions(store)).toBe(1);
  });

  it('sweeps no object that is being written, and what was written too late is refused', async () => {
    const { store, bucket } = await teamStore();
    bucket.onPut = async () => {
      bucket.onPut = undefined;
      await store.gc();
    };
    await log(store, { a: 'one' });
    expect(await readVersions(store)).toBe(1);
    const bytes = randomBytes(7, 1000);
    bucket.onPut = () => store.gc(all);
    const error = await expectCairnError(put(store, [bytes]), 'conflict');
    expect(error.isRetryable).toBe(true);
    bucket.onPut = undefined;
    expect((await store.gc()).leftovers.count).toBe(1);
    const [digest] = await put(store, [bytes]);
    expect((await store.blobs.has(digest === undefined ? [] : [digest])).size).toBe(1);
    expect(await readVersions(store)).toBe(1);
  });
});

/** A pool whose commits wait for a gate while it is closed. */
function gated(pool: PostgresPool): { readonly pool: PostgresPool; close(): Gate } {
  let gate: Promise<void> | undefined;
  let reach = () => {};
  return {
    pool: {
      async connect() {
        const client = await pool.connect();
        return {
          async query(text, values) {
            if (text === 'COMMIT' && gate !== undefined) {
              reach();
              await gate;
            }
            return client.query(text, values);
          },
          release: (error) => client.release(error),
        };
      },
    },
    close() {
      let open = () => {};
      gate = new Promise((resolve) => {
        open = resolve;
      });
      const reached = new Promise<void>((resolve) => {
        reach = resolve;
      });
      return {
        reached,
        open() {
          gate = undefined;
          open();
        },
      };
    },
  };
}

interface Gate {
  /** Once somebody waits before it. */
  readonly reached: Promise<void>;
  open(): void;
}

// What PostgreSQL in this process can't show, which has one session for all.
describe.skipIf(postgresUrl === undefined)('transactions that overlap', () => {
  it('loses nothing beside writers and other collections', async () => {
    const { store, bucket, place } = await teamStore();
    const other = await openTeamStore({ pool: place.pool, objects: bucket.objects });
    let isOver = false;
    const collecting = [store, other].map(async (one) => {
      // A few times only: who logs has to come to an end, however busy the machine is.
      for (let round = 0; round < 10 && !isOver; round++) {
        try {
          await one.gc(all);
        } catch (error) {
          await expectCairnError(Promise.reject(error), 'conflict');
        }
        await sleep(50);
      }
    });
    const logging = [store, other].map(async (one, who) => {
      for (let i = 0; i < 4; i++) {
        await logAnyway(one, { shared: randomBytes(1, 400_000), [`own${who}`]: `${who} ${i}` });
      }
    });
    await Promise.all(logging);
    isOver = true;
    await Promise.all(collecting);
    expect(await readVersions(store)).toBe(8);
    await other.close();
  });

  it('a version that is being committed is seen by garbage collection', async () => {
    const { store, bucket, place } = await teamStore();
    const { pool, close } = gated(place.pool);
    const slow = await openTeamStore({ pool, objects: bucket.objects });
    const manifest = await storeFiles(slow, { a: randomBytes(1, 1000), b: randomBytes(2, 900_000) });
    const basis = await slow.blobs.basis();
    const { reached, open } = close();
    const committing = commit(slow, manifest, basis);
    await reached;
    // A version with a later number is there already, in another collection: the first one waits for the gate.
    const later = await storeFiles(store, { c: 'three' });
    await commit(store, later, undefined, 'others');
    const collecting = store.gc(all);
    await Promise.race([collecting, sleep(2000)]);
    open();
    await Promise.all([committing, collecting]);
    expect(await readVersions(store)).toBe(2);
    await slow.close();
  });

  it('a version that is being restored is seen by garbage collection', async () => {
    const { store, bucket, place } = await teamStore();
    const { pool, close } = gated(place.pool);
    const slow = await openTeamStore({ pool, objects: bucket.objects });
    const { id } = await log(store, { a: randomBytes(1, 1000), b: randomBytes(2, 900_000) });
    await store.catalog.deleteVersion(id);
    const { reached, open } = close();
    const restoring = slow.catalog.restoreVersion(id);
    await reached;
    const collecting = store.gc(all);
    await Promise.race([collecting, sleep(2000)]);
    open();
    await Promise.all([restoring, collecting]);
    expect(await readVersions(store)).toBe(1);
    await slow.close();
  });

  it('a commit waits for what is being condemned', async () => {
    const { store, bucket, place } = await teamStore();
    const { pool, close } = gated(place.pool);
    const slow = await openTeamStore({ pool, objects: bucket.objects });
    const manifest = await storeFiles(store, { a: randomBytes(1, 1000) });
    const basis = await store.blobs.basis();
    const { reached, open } = close();
    const collecting = slow.gc(all);
    // The first transaction of garbage collection waits for the gate, and each that follows.
    await reached;
    const committing = commit(store, manifest, basis);
    const early = await Promise.race([committing.then(() => 'done'), sleep(1000, 'waits')]);
    open();
    await collecting;
    const outcome = await committing.then(
      () => 'done',
      () => 'refused',
    );
    expect(early).toBe('waits');
    if (outcome === 'done') expect(await readVersions(store)).toBe(1);
    await slow.close();
  });

  it('loses nothing of four who log, nor beside garbage collection', async () => {
    const { store, bucket, place, temp } = await teamStore();
    await fill(store);
    const { pool } = place;
    const servers = await Promise.all(
      Array.from({ length: 6 }, () => openTeamStore({ pool, objects: bucket.objects, temp })),
    );
    const [collector, mender, ...writers] = servers as [TeamStore, TeamStore, ...TeamStore[]];
    let isOver = false;
    const orTold = async (call: Promise<unknown>) => {
      try {
        await call;
      } catch (error) {
        if (CairnError.is(error, 'integrity_mismatch')) return;
        await expectCairnError(Promise.reject(error), 'conflict');
      }
    };
    // A few times only: who logs has to come to an end, however busy the machine is.
    const repeat = async (work: () => Promise<void>) => {
      for (let round = 0; round < 8 && !isOver; round++) await work();
    };
    // Rows are lost between two collections: of what is lost after it has looked, garbage collection knows nothing.
    const others = repeat(async () => {
      await sql(pool, "DELETE FROM objects WHERE digest < '\\x20'");
      await sql(pool, 'DELETE FROM packs WHERE record_count > 0 AND id = (SELECT min(id) FROM packs)');
      const mending = mender.verify({ repair: true });
      for (let i = 0; i < 3; i++) await orTold(collector.gc({ graceMs: -1000, maxDead: 0 }));
      await mending;
    });
    await Promise.all(
      writers.map(async (writer, who) => {
        for (let i = 0; i < 4; i++) {
          await logAnyway(writer, {
            shared: randomBytes(1, 400_000),
            [`own${who}`]: `${who} ${i}`.repeat(99),
          });
        }
      }),
    );
    isOver = true;
    await others;
    expect((await store.verify({ repair: true })).problems).toEqual([]);
    expect(await readVersions(store)).toBe(18);
    await Promise.all(servers.map((server) => server.close()));
  }, 120_000);
});
