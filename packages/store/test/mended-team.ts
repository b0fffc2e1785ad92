import { randomBytes as random } from 'node:crypto';
import { readAll } from '@cairn/core';
import { expect } from 'vitest';
import type { VerifyReport } from '../src/index.js';
import type { TeamStore } from '../src/postgres.js';
import type { PostgresPool } from '../src/sql/postgres/pool.js';
import type { WatchedBucket } from './buckets.js';
import { log, randomBytes } from './maintained-store.js';
import type { teamStore } from './team-places.js';

/** Runs a statement behind the store's back. */
export async function sql(pool: PostgresPool, text: string): Promise<readonly unknown[]> {
  const client = await pool.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    client.release();
  }
}

/** Two versions, which share something; with a large blob each. */
export async function fill(store: TeamStore): Promise<void> {
  await log(store, { a: 'one', b: randomBytes(1, 900_000) });
  await log(store, { a: 'two', b: randomBytes(1, 900_000), c: randomBytes(2, 400_000) });
}

export async function sizesOf({ objects }: WatchedBucket): Promise<{ key: string; size: number }[]> {
  const found: { key: string; size: number }[] = [];
  for await (const { key, size } of objects.list('packs/')) found.push({ key, size });
  return found.sort((a, b) => b.size - a.size);
}

export async function largest(bucket: WatchedBucket): Promise<string> {
  return (await sizesOf(bucket))[0]?.key as string;
}

export async function bytesOf({ objects }: WatchedBucket, key: string): Promise<Buffer> {
  return Buffer.from(await readAll(objects.open(key)));
}

export async function flip(bucket: WatchedBucket, key: string, at: number): Promise<void> {
  const bytes = await bytesOf(bucket, key);
  bytes[at] = (bytes[at] as number) ^ 1;
  await bucket.objects.put(key, bytes);
}

/** Puts the same pack under another name, as a copy that nobody knows. */
export async function copy(
  bucket: WatchedBucket,
  key: string,
  name: string = random(16).toString('hex'),
): Promise<void> {
  await bucket.objects.put(`packs/${name}`, await bytesOf(bucket, key));
}

/** All of the index and of the bucket. */
async function stateOf(pool: PostgresPool, bucket: WatchedBucket): Promise<unknown> {
  return [
    await sql(pool, 'SELECT * FROM objects ORDER BY digest'),
    await sql(pool, 'SELECT * FROM packs ORDER BY id'),
    await sizesOf(bucket),
  ];
}

/** Repairs twice. The second time there is nothing to do. */
export async function mend({
  store,
  bucket,
  place,
}: Pick<Awaited<ReturnType<typeof teamStore>>, 'store' | 'bucket' | 'place'>): Promise<VerifyReport> {
  const report = await store.verify({ repair: true });
  const before = await stateOf(place.pool, bucket);
  const again = await store.verify({ repair: true });
  expect(again.repaired).toEqual([]);
  expect(again.problems).toEqual(report.problems);
  expect(await stateOf(place.pool, bucket)).toEqual(before);
  return report;
}
