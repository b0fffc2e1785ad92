import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expectCairnError, testBlobStore, testCatalog } from '@cairn/conformance';
import { type ContentDigest, type ObjectStore, readAll, type Source } from '@cairn/core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openTeamStore, type TeamStore } from '../src/postgres.js';
import { damageInBucket, watchedBucket } from './buckets.js';
import { anyPostgresPool, type PlacedPool, startLimitMs } from './catalogs.js';
import { putAll, readBlob } from './put.js';
import { noise, scratchFolder } from './scratch.js';
import { data, largeBlob, pack } from './sent-pack.js';
import { teamBlobs, teamStore } from './team-places.js';

const KiB = 1024;

beforeAll(async () => {
  // PostgreSQL in this process takes its time.
  await (await anyPostgresPool()).dispose();
}, startLimitMs);

testBlobStore('a bucket and PostgreSQL', () => teamBlobs(damageInBucket));

describe('the catalog of a team store', () => {
  let place: PlacedPool;
  let ahead = 0;
  const { objects } = watchedBucket();
  const now = () => new Date(Date.now() + ahead);
  const open = async () => (await openTeamStore({ pool: place.pool, objects, now })).catalog;
  beforeAll(async () => {
    place = await anyPostgresPool();
  }, startLimitMs);
  afterAll(() => place.dispose());
  testCatalog('a team store', async () => ({
    catalog: await open(),
    reopen: open,
    advance(milliseconds) {
      ahead += milliseconds;
    },
  }));
});

const ofBytes = (bytes: Uint8Array): Source => ({ kind: 'bytes', bytes });

describe('a team store', () => {
  it('writes many small blobs as one object, and reads neighbours with one request', async () => {
    const { store, bucket, temp } = await teamStore();
    const contents = Array.from({ length: 500 }, (_, i) => noise(2000, i + 1));
    const stored = await putAll(store.blobs, contents.map(ofBytes));
    expect(bucket.calls.filter((call) => call.startsWith('put'))).toHaveLength(1);
    expect(readdirSync(temp)).toEqual([]);
    bucket.calls.length = 0;
    const read = await Promise.all(stored.map(({ digest }) => readBlob(store.blobs, digest)));
    expect(read.every((bytes, i) => bytes.equals(contents[i] as Buffer))).toBe(true);
    expect(bucket.calls).toHaveLength(1);
  });

  it('reads a large blob with few requests, and a part of it with fewer', async () => {
    const { store, bucket } = await teamStore();
    const content = noise(20_000_000);
    const [stored] = await putAll(store.blobs, [ofBytes(content)]);
    const digest = stored?.digest as ContentDigest;
    bucket.calls.length = 0;
    expect((await readBlob(store.blobs, digest)).equals(content)).toBe(true);
    expect(bucket.calls.length).toBeLessThan(60);
    bucket.calls.length = 0;
    const range = { start: 9_999_990, end: 10_000_010 };
    const parts: Uint8Array[] = [];
    for await (const part of store.blobs.open(digest, { range })) parts.push(part);
    expect(Buffer.concat(parts).equals(content.subarray(range.start, range.end))).toBe(true);
    expect(bucket.calls.length).toBeLessThan(6);
  });

  it('is one store to all who open it, and stores nothing twice', async () => {
    const { store, bucket, place } = await teamStore();
    const other = await openTeamStore({ pool: place.pool, objects: bucket.objects });
    const contents = [noise(10), noise(1_000_000)].map(ofBytes);
    await putAll(store.blobs, contents);
    expect((await putAll(other.blobs, contents)).map(({ created }) => created)).toEqual([false, false]);
    expect(await bucket.packs()).toHaveLength(1);
    await other.close();
    await expectCairnError(
      openTeamStore({ pool: place.pool, objects: bucket.objects, algorithm: 'sha256' }),
      'conflict',
    );
  });

  it('is made once by many who open it at the same time', async () => {
    const place = await anyPostgresPool();
    const { objects } = watchedBucket();
    const opened = await Promise.allSettled(
      (['blake3', 'sha256', 'blake3', 'sha256'] as const).map((algorithm) =>
        openTeamStore({ pool: place.pool, objects, algorithm }),
      ),
    );
    expect(opened.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    for (const result of opened) if (result.status === 'fulfilled') await result.value.close();
    await place.dispose();
  });

  it('leaves no temporary folder', async () => {
    const place = await anyPostgresPool();
    const store = await openTeamStore({ pool: place.pool, objects: watchedBucket().objects });
    const before = new Set(
      readdirSync(join(scratchFolder(), '..')).filter((name) => name.startsWith('cairn-packs-')),
    );
    await store.close();
    await store.close();
    const after = readdirSync(join(scratchFolder(), '..')).filter((name) => name.startsWith('cairn-packs-'));
    expect(after.length).toBeLessThan(before.size);
    await place.dispose();
  });
});

describe('a database and a bucket', () => {
  async function opening(place: PlacedPool, objects: ObjectStore): Promise<TeamStore> {
    const store = await openTeamStore({ pool: place.pool, objects });
    onTestFinished(() => store.close());
    return store;
  }
  async function newPlace(): Promise<PlacedPool> {
    const place = await anyPostgresPool();
    onTestFinished(() => place.dispose());
    return place;
  }

  it('that are of two stores are refused, and nothing in either changes', async () => {
    const [one, other] = [await teamStore(), await teamStore()];
    await putAll(one.store.blobs, [ofBytes(noise(1000, 1))]);
    const error = await expectCairnError(opening(one.place, other.bucket.objects), 'conflict');
    const [ofDatabase, ofBucket] = await Promise.all(
      [one, other].map(async ({ bucket: { objects } }) => Buffer.from(await readAll(objects.open('STORE')))),
    );
    expect(error.message).toContain(`the database of store ${String(ofDatabase).trim()}`);
    expect(error.message).toContain(`that of store ${String(ofBucket).trim()}`);
    const empty = watchedBucket();
    await expectCairnError(opening(one.place, empty.objects), 'conflict');
    await expectCairnError(opening(await newPlace(), one.bucket.objects), 'conflict');
    expect(empty.calls.filter((call) => call.startsWith('put'))).toEqual([]);
    await opening(one.place, one.bucket.objects);
  });

  it('that were together before there were numbers stay together', async () => {
    const { store, bucket, place } = await teamStore();
    await putAll(store.blobs, [ofBytes(noise(1000, 1))]);
    const forget = async () => {
      await bucket.objects.delete(['STORE']);
      const client = await place.pool.connect();
      await client.query("DELETE FROM engine_state WHERE name = 'store'");
      client.release();
    };
    await forget();
    await expectCairnError(opening(await newPlace(), bucket.objects), 'conflict');
    await Promise.all([opening(place, bucket.objects), opening(place, bucket.objects)]);
    await opening(place, bucket.objects);
    await expectCairnError(opening(place, watchedBucket().objects), 'conflict');
  });

  it('meet again when the first start broke off between the two', async () => {
    const { objects } = watchedBucket();
    await objects.put('STORE', Buffer.from('0123456789ab\n'));
    const place = await newPlace();
    await opening(place, objects);
    await opening(place, objects);
    const foreign = watchedBucket().objects;
    await foreign.put('STORE', Buffer.from('shop\n'));
    await expectCairnError(opening(await newPlace(), foreign), 'conflict');
  });
});

describe('a bucket that has a bad day', () => {
  it('is written to again', async () => {
    const { store, bucket, temp } = await teamStore();
    bucket.fail('put', 3);
    const [stored] = await putAll(store.blobs, [ofBytes(noise(1000))]);
    expect((await readBlob(store.blobs, stored?.digest as ContentDigest)).equals(noise(1000))).toBe(true);
    expect(readdirSync(temp)).toEqual([]);
  });

  it('has a pack whole that it said it lacked', async () => {
    const { store, bucket } = await teamStore();
    bucket.fail('put', 2, 'after');
    const [stored] = await putAll(store.blobs, [ofBytes(noise(1000))]);
    expect((await readBlob(store.blobs, stored?.digest as ContentDigest)).equals(noise(1000))).toBe(true);
    expect(await bucket.packs()).toHaveLength(1);
  });

  it('makes a put fail when it goes on, and nothing of it is visible', async () => {
    const { store, bucket, temp } = await teamStore();
    bucket.fail('put', 100);
    const { digest } = { digest: `blake3:${Buffer.from(data(noise(1000)).digest).toString('hex')}` as const };
    await expectCairnError(putAll(store.blobs, [ofBytes(noise(1000))]), 'unavailable');
    expect((await store.blobs.has([digest])).size).toBe(0);
    expect(readdirSync(temp)).toEqual([]);
    bucket.fail('put', 0);
    await putAll(store.blobs, [ofBytes(noise(1000))]);
    expect((await store.blobs.has([digest])).size).toBe(1);
  });

  it('makes a read fail that can be repeated', async () => {
    const { store, bucket } = await teamStore();
    const [stored] = await putAll(store.blobs, [ofBytes(noise(1000))]);
    const digest = stored?.digest as ContentDigest;
    bucket.fail('open', 1);
    await expectCairnError(readBlob(store.blobs, digest), 'unavailable');
    expect((await readBlob(store.blobs, digest)).equals(noise(1000))).toBe(true);
  });

  it('is mended by a put once somebody has read the damage', async () => {
    const { store, bucket } = await teamStore();
    const contents = [noise(1000, 1), noise(1_000_000, 2)].map(ofBytes);
    for (const { digest } of await putAll(store.blobs, contents)) {
      await damageInBucket(bucket.objects, digest);
      await expectCairnError(readBlob(store.blobs, digest), 'integrity_mismatch');
    }
    for (const { digest } of await putAll(store.blobs, contents)) await readBlob(store.blobs, digest);
  });

  it('is not read twice at once for ever when a pack is gone', async () => {
    const { store, bucket } = await teamStore();
    const [stored] = await putAll(store.blobs, [ofBytes(noise(1000))]);
    await bucket.objects.delete(await bucket.packs());
    await expectCairnError(readBlob(store.blobs, stored?.digest as ContentDigest), 'integrity_mismatch');
  });
});

describe('a pack that was sent to a team store', () => {
  const blob = largeBlob([noise(200 * KiB, 1), noise(100 * KiB, 2)]);
  const whole = [...blob.chunks, blob.segment, blob.recipe];

  it('is adopted, or refused with nothing left of it', async () => {
    const { store, bucket, temp } = await teamStore();
    const digest = `blake3:${Buffer.from(blob.recipe.digest).toString('hex')}` as const;
    const sent = pack(whole);
    for (const at of [0, 250 * KiB, sent.length - 40, sent.length - 1]) {
      const bytes = Buffer.from(sent);
      bytes[at] = (bytes[at] as number) ^ 1;
      await expectCairnError(store.adoptPack([bytes]), 'integrity_mismatch');
    }
    await expectCairnError(store.adoptPack([pack(whole.slice(1))]), 'conflict');
    expect([await bucket.packs(), readdirSync(temp), (await store.blobs.has([digest])).size]).toEqual([
      [],
      [],
      0,
    ]);
    await store.adoptPack([sent]);
    await store.adoptPack([sent]);
    expect(await bucket.packs()).toHaveLength(1);
    expect(existsSync(temp) && readdirSync(temp)).toEqual([]);
    expect((await readBlob(store.blobs, digest)).length).toBe(300 * KiB);
  });

  it('relies on chunks that are in the bucket', async () => {
    const { store } = await teamStore();
    await store.adoptPack([pack(blob.chunks)]);
    await store.adoptPack([pack([blob.segment, blob.recipe])]);
    const digest = `blake3:${Buffer.from(blob.recipe.digest).toString('hex')}` as const;
    expect((await readBlob(store.blobs, digest)).length).toBe(300 * KiB);
  });
});
