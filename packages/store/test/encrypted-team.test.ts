import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectCairnError, testBlobStore } from '@cairn/conformance';
import { type ContentDigest, type ObjectStore, readAll } from '@cairn/core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openKeys } from '../src/encryption/encryption.js';
import { keysInBucket } from '../src/encryption/keys-places.js';
import { newEncryptionKey } from '../src/index.js';
import { endLength, footerBytes, rawDigest, readTable } from '../src/packs/pack-format.js';
import { openTeamStore, type TeamStore, type TeamStoreOptions } from '../src/postgres.js';
import { packObjects } from '../src/team/pack-objects.js';
import { type WatchedBucket, watchedBucket } from './buckets.js';
import { anyPostgresPool, type PlacedPool, postgresUrl, startLimitMs } from './catalogs.js';
import { placeInFile } from './damage-encrypted.js';
import { hasher } from './ingest-context.js';
import { log, randomBytes, readVersions } from './maintained-store.js';
import { copy, flip, largest, mend, sql } from './mended-team.js';
import { noise, scratchFolder } from './scratch.js';
import { largeBlob, pack } from './sent-pack.js';
import { teamBlobs } from './team-places.js';

const key = newEncryptionKey();
const encryption = { key };
/** What no object may have. */
const marker = 'a text that nobody may read';

/** Changes a byte in the middle of each copy of a record, and so all of the block that it is in. */
async function damage(objects: ObjectStore, digest: ContentDigest): Promise<void> {
  const { dataKey } = await openKeys(keysInBucket(objects), encryption);
  const packs = packObjects(objects, dataKey);
  for await (const { key: path, size } of objects.list('packs/')) {
    const whole = { start: 0, end: packs.packSize(size) };
    const plain = (await packs.read({ name: path.slice('packs/'.length), size }, whole, {})) as Uint8Array;
    const end = plain.subarray(-(endLength(plain.subarray(-footerBytes)) as number));
    const found = [...readTable(end)].filter((record) => rawDigest(digest).equals(record.digest));
    if (found.length === 0) continue;
    const bytes = Buffer.from(await readAll(objects.open(path)));
    for (const { start, length } of found) {
      const at = placeInFile(start + (length >> 1));
      bytes[at] = (bytes[at] as number) ^ 1;
    }
    await objects.put(path, bytes);
  }
}

beforeAll(async () => {
  // PostgreSQL in this process takes its time.
  await (await anyPostgresPool()).dispose();
}, startLimitMs);

// In this process, PostgreSQL takes too long for all of it.
describe.skipIf(postgresUrl === undefined)('with a server', () => {
  testBlobStore('an encrypted bucket and PostgreSQL', () => teamBlobs(damage, encryption));
});

describe('an encrypted store of a team', () => {
  let bucket: WatchedBucket;
  let place: PlacedPool;
  let temp: string;
  let store: TeamStore;

  const open = (options: Partial<TeamStoreOptions> = {}) =>
    openTeamStore({ pool: place.pool, objects: bucket.objects, temp, encryption, ...options });

  beforeEach(async () => {
    place = await anyPostgresPool();
    bucket = watchedBucket();
    temp = join(scratchFolder(), 'temp');
    mkdirSync(temp);
    store = await open();
    return async () => {
      await store.close();
      await place.dispose();
    };
  });

  it('has nothing of its contents in the bucket, nor on the way there', async () => {
    let seen = 0;
    bucket.onPut = async () => {
      for (const name of readdirSync(temp)) {
        seen++;
        expect(readFileSync(join(temp, name)).includes(marker)).toBe(false);
      }
    };
    await log(store, { 'small.txt': marker, 'large.txt': `${marker}\n`.repeat(50_000) });
    bucket.onPut = undefined;
    expect(seen).toBeGreaterThan(0);
    for await (const { key: path } of bucket.objects.list('')) {
      expect(Buffer.from(await readAll(bucket.objects.open(path))).includes(marker), path).toBe(false);
    }
    expect(await readVersions(store)).toBe(1);
  });

  it('agrees with its objects to the byte, and frees what it says', async () => {
    await log(store, { a: randomBytes(1, 300_000) });
    const { id } = await log(store, { a: randomBytes(2, 700_000), b: 'text' });
    const before = await store.stats();
    expect(before.packBytes).toBe(await sizeOfObjects());
    expect(before).toMatchObject({ deadBytes: 0, strayBytes: 0 });
    await store.catalog.deleteVersion(id, { deleteAliases: true });
    const { freedBytes } = await store.gc({ graceMs: -1000, maxDead: 0 });
    const after = await store.stats();
    expect(after.packBytes).toBe(await sizeOfObjects());
    expect(before.packBytes - freedBytes).toBe(after.packBytes);
    expect(after.deadBytes).toBe(0);
    expect(await readVersions(store)).toBe(1);
    expect((await store.verify()).problems).toEqual([]);

    async function sizeOfObjects(): Promise<number> {
      let sum = 0;
      for await (const { size } of bucket.objects.list('packs/')) sum += size;
      return sum;
    }
  });

  it('takes packs that others made', async () => {
    const chunks = [noise(200_000, 1), noise(200_000, 2)];
    const { chunks: records, segment, recipe } = largeBlob(chunks);
    await store.adoptPack([pack([...records, segment, recipe])]);
    const whole = Buffer.concat(chunks);
    expect(await readAll(store.blobs.open(hasher.hash(whole)))).toEqual(new Uint8Array(whole));
    expect((await store.verify()).ok).toBe(true);
    expect(readdirSync(temp)).toEqual([]);
  });

  it('reads with one request from a pack that it has read from before', async () => {
    const bytes = randomBytes(1, 200_000);
    await log(store, { a: bytes });
    const digest = hasher.hash(bytes);
    await readAll(store.blobs.open(digest));
    bucket.calls.length = 0;
    await readAll(store.blobs.open(digest));
    expect(bucket.calls).toHaveLength(1);
  });

  it('loses no more than the block that is damaged', async () => {
    const files = Array.from({ length: 20 }, (_, i) => randomBytes(i + 1, 20_000));
    await log(store, Object.fromEntries(files.map((bytes, i) => [`file-${i}`, bytes])));
    await damage(bucket.objects, hasher.hash(files[5] as Uint8Array));
    const lost: number[] = [];
    await Promise.all(
      files.map((bytes, i) => readAll(store.blobs.open(hasher.hash(bytes))).catch(() => lost.push(i))),
    );
    // One block has 65,536 bytes: of four files, or of five.
    expect(lost.length).toBeLessThanOrEqual(5);
    expect(lost).toContain(5);
    expect((await store.verify()).problems.map(({ kind }) => kind)).toContain('damaged_record');
  });

  it('is opened by its key alone, whatever it is given, and by another one after a rotation', async () => {
    await log(store, { a: 'contents' });
    await store.close();
    bucket.calls.length = 0;
    await expectCairnError(open({ encryption: undefined }), 'unauthenticated');
    const newKey = newEncryptionKey();
    await expectCairnError(open({ encryption: { key: newKey } }), 'forbidden');
    expect(bucket.calls.filter((call) => !call.startsWith('open '))).toEqual([]);
    store = await open();
    await store.rotateKey({ newKey });
    await expectCairnError(open(), 'forbidden');
    const reopened = await open({ encryption: { key: newKey } });
    expect(await readVersions(reopened)).toBe(1);
    await reopened.close();
  });

  it('is mended in the form it had', async () => {
    await log(store, { a: 'one', b: randomBytes(1, 900_000) });
    await log(store, { a: 'two', b: randomBytes(1, 900_000) });
    const rows = () =>
      sql(place.pool, 'SELECT digest, kind, start, length, size FROM objects ORDER BY digest');
    const before = await rows();
    for (const table of ['objects', 'packs']) await sql(place.pool, `DELETE FROM ${table}`);
    expect((await mend({ store, bucket, place })).ok).toBe(true);
    expect(await rows()).toEqual(before);
    const largestPack = await largest(bucket);
    await copy(bucket, largestPack);
    await flip(bucket, largestPack, 1000);
    expect((await mend({ store, bucket, place })).problems).toEqual([]);
    expect(await readVersions(store)).toBe(2);
  });

  it('signs no requests, for what comes would be of use to nobody', async () => {
    const [signRead, signWrite, copy] = [async () => undefined, async () => undefined, async () => undefined];
    const signs = { signRead, signWrite, copy };
    const encrypted = await open({ objects: { ...bucket.objects, ...signs } });
    expect([encrypted.planRead, encrypted.planWrite, encrypted.adoptWritten]).toEqual(Array(3));
    const other = await anyPostgresPool();
    const plain = await openTeamStore({
      pool: other.pool,
      objects: { ...watchedBucket().objects, ...signs },
    });
    expect([plain.planRead, plain.planWrite, plain.adoptWritten]).not.toContain(undefined);
    await Promise.all([encrypted.close(), plain.close()]);
    await other.dispose();
  });
});

it('is never made of a store that is not encrypted', async () => {
  const place = await anyPostgresPool();
  const { objects } = watchedBucket();
  await (await openTeamStore({ pool: place.pool, objects })).close();
  await expectCairnError(openTeamStore({ pool: place.pool, objects, encryption }), 'conflict');
  expect(await objects.stat('KEYS')).toBeUndefined();
  await place.dispose();
});
