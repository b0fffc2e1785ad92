import type { ContentDigest } from '@cairn/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { rawDigest } from '../src/packs/pack-format.js';
import { damageInBucket } from './buckets.js';
import { anyPostgresPool, startLimitMs } from './catalogs.js';
import { log, put, randomBytes } from './maintained-store.js';
import { teamStore } from './team-places.js';

beforeAll(async () => {
  // PostgreSQL in this process takes its time.
  await (await anyPostgresPool()).dispose();
}, startLimitMs);

describe('a store for teams says', () => {
  it('that all is well, and what it takes, to the byte', async () => {
    const { store, bucket } = await teamStore();
    await log(store, { a: 'one', b: randomBytes(1, 900_000) });
    const { id } = await log(store, { a: 'one', c: randomBytes(2, 20_000_000) });
    await put(store, [randomBytes(3, 5000)]);
    await bucket.objects.put(`packs/${'ab'.repeat(16)}`, Buffer.alloc(777));
    const { ok, counts, problems } = await store.verify();
    expect([ok, problems.length, counts.versions, counts.entries]).toEqual([true, 0, 2, 4]);
    expect(counts.bytes).toBeGreaterThan(20_900_000);
    let size = 0;
    for await (const object of bucket.objects.list('packs/')) size += object.size;
    const stats = await store.stats();
    expect(stats.packBytes).toBe(size);
    expect(stats.strayBytes).toBe(777);
    expect(stats.deadBytes).toBe(5040);
    expect(stats.versions.find((version) => version.id === id)?.ownBytes).toBeGreaterThan(20_000_000);
  });

  it('which byte is damaged, what it is needed for, and that it is mended', async () => {
    const { store, bucket } = await teamStore();
    const bytes = randomBytes(1, 1000);
    await log(store, { a: 'one', b: bytes });
    const [digest] = (await put(store, [bytes])) as [ContentDigest];
    const missing = async () => [...(await store.lacks([rawDigest(digest)]))];
    expect(await missing()).toEqual([0]);
    await damageInBucket(bucket.objects, digest);
    const { ok, problems } = await store.verify();
    expect([ok, problems[0]?.kind, problems[0]?.versions[0]?.paths]).toEqual([
      false,
      'damaged_record',
      ['b'],
    ]);
    expect(await missing()).toEqual([1]);
    await put(store, [bytes]);
    expect(await missing()).toEqual([0]);
    expect((await store.verify()).problems.map(({ versions }) => versions.length)).toEqual([0]);
    await store.gc({ graceMs: -1000, maxDead: 0 });
    expect((await store.verify()).ok).toBe(true);
  });

  it('which packs are gone or cut', async () => {
    const { store, bucket } = await teamStore();
    await log(store, { a: 'one' });
    const keys = await bucket.packs();
    await bucket.objects.delete(keys.slice(0, 1));
    const { ok, problems } = await store.verify();
    expect([ok, problems[0]?.kind]).toEqual([false, 'missing_pack']);
  });
});
