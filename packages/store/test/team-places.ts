import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BlobStoreFixture } from '@cairn/conformance';
import type { ContentDigest, ObjectStore } from '@cairn/core';
import { onTestFinished } from 'vitest';
import type { StoreEncryption } from '../src/index.js';
import { openTeamStore, type TeamStore } from '../src/postgres.js';
import { type WatchedBucket, watchedBucket } from './buckets.js';
import { anyPostgresPool, type PlacedPool } from './catalogs.js';
import { scratchFolder } from './scratch.js';

/** A blob store with a bucket and a schema of its own, for the conformance kit. */
export async function teamBlobs(
  damage: (objects: ObjectStore, digest: ContentDigest) => Promise<void>,
  encryption?: StoreEncryption,
): Promise<BlobStoreFixture> {
  const { pool, dispose } = await anyPostgresPool();
  const { objects } = watchedBucket();
  const stores: TeamStore[] = [];
  const open = async () => {
    const store = await openTeamStore({ pool, objects, encryption });
    stores.push(store);
    return store.blobs;
  };
  return {
    blobs: await open(),
    capabilities: ['paths'],
    reopen: open,
    damage: (digest: ContentDigest) => damage(objects, digest),
    deviations: [
      {
        case: 'repairs a damaged blob when its bytes are put again',
        reason:
          'no look at an object tells what became of it; once somebody has read the damage, a put repairs it',
      },
    ],
    async dispose() {
      await Promise.all(stores.map((store) => store.close()));
      await dispose();
    },
  };
}

/** A store with a bucket and a schema of its own, until the end of the test. */
export async function teamStore(): Promise<{
  store: TeamStore;
  bucket: WatchedBucket;
  place: PlacedPool;
  temp: string;
}> {
  const place = await anyPostgresPool();
  const bucket = watchedBucket();
  const temp = join(scratchFolder(), 'temp');
  mkdirSync(temp);
  const store = await openTeamStore({ pool: place.pool, objects: bucket.objects, temp });
  onTestFinished(async () => {
    await store.close();
    await place.dispose();
  });
  bucket.calls.length = 0;
  return { store, bucket, place, temp };
}
