import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openTeamStore, type TeamStore } from '../src/postgres.js';
import { type WatchedBucket, watchedBucket } from './buckets.js';
import { anyPostgresPool, type PlacedPool } from './catalogs.js';
import { scratchFolder } from './scratch.js';

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
