import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type LocalStore, openStore, type Stats } from '../src/index.js';
import { log, put, randomBytes, sizeOfPacks } from './maintained-store.js';

let folder: string;
let store: LocalStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-stats-'));
  store = await openStore(folder);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const collectAll = { graceMs: -60_000, maxDead: 0 };

/** Checks that the parts are the whole, and the whole is what is on the disk. */
async function stats(): Promise<Stats> {
  const all = await store.stats();
  const { packBytes, liveBytes, deadBytes, overheadBytes, strayBytes } = all;
  expect(packBytes).toBe(sizeOfPacks(folder));
  expect(liveBytes + deadBytes + overheadBytes + strayBytes).toBe(packBytes);
  return all;
}

it('says of an empty store that it takes nothing', async () => {
  expect(await stats()).toEqual({
    packBytes: 0,
    liveBytes: 0,
    deadBytes: 0,
    overheadBytes: 0,
    strayBytes: 0,
    packCount: 0,
    objectCount: 0,
    versions: [],
  });
});

it('counts every byte on the disk', async () => {
  await log(store, { a: randomBytes(1, 900_000), b: 'b', empty: '' });
  expect((await stats()).deadBytes).toBe(0);
  await put(store, [randomBytes(2, 1000)]);
  expect((await stats()).deadBytes).toBe(1040);
  writeFileSync(join(folder, 'packs', `${'0'.repeat(32)}.pack`), 'stray');
  expect((await stats()).strayBytes).toBe(5);
});

it('says to the byte what deleting a version frees', async () => {
  const common = randomBytes(1, 900_000);
  await log(store, { common, a: randomBytes(2, 5000) });
  await log(store, { common: Buffer.concat([common, randomBytes(3, 900)]), b: randomBytes(4, 700_000) });
  await log(store, { other: Buffer.concat([randomBytes(5, 900), common]), again: common });
  await store.gc(collectAll);
  for (let left = 3; left > 0; left--) {
    const before = await stats();
    expect(before.deadBytes).toBe(0);
    const [version] = before.versions.slice(left >> 1);
    expect(version?.ownBytes).toBeGreaterThan(0);
    await store.catalog.deleteVersion(version?.id as string);
    expect((await stats()).deadBytes).toBe(version?.ownBytes);
    const { freedBytes } = await store.gc(collectAll);
    const after = await stats();
    expect(after.deadBytes).toBe(0);
    expect(before.liveBytes - after.liveBytes).toBe(version?.ownBytes);
    const overhead = before.overheadBytes - after.overheadBytes;
    expect(freedBytes).toBe((version?.ownBytes as number) + overhead);
    expect(freedBytes).toBe(before.packBytes - after.packBytes);
  }
  expect((await stats()).packBytes).toBe(0);
});

it('tells what versions share from what is their own', async () => {
  const common = randomBytes(1, 10_000);
  const one = await log(store, { common });
  expect((await stats()).versions).toMatchObject([{ id: one.id, sharedBytes: 0 }]);
  await log(store, { common, more: 'more' });
  const { versions, liveBytes } = await stats();
  expect(versions.map(({ sharedBytes }) => sharedBytes)).toEqual([10_040, 10_040]);
  const own = versions.reduce((sum, { ownBytes }) => sum + ownBytes, 0);
  expect(own + 10_040).toBe(liveBytes);
});
