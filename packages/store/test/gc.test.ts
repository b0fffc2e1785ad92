import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import { CairnError, type ContentDigest } from '@cairn/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type LocalStore, openStore } from '../src/index.js';
import { commit, log, put, randomBytes, readVersions, sizeOfPacks, storeFiles } from './maintained-store.js';

let folder: string;
let store: LocalStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-gc-'));
  store = await openStore(folder);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const all = { graceMs: -1000, maxDead: 0 };

function packFiles(): string[] {
  return readdirSync(join(folder, 'packs'));
}

async function has(digest: ContentDigest): Promise<boolean> {
  return (await store.blobs.has([digest])).has(digest);
}

it('leaves a store alone in which all is needed', async () => {
  await log(store, { a: 'one', b: randomBytes(1, 900_000) });
  const before = packFiles();
  const result = await store.gc(all);
  expect(result.objects).toEqual({ count: 0, bytes: 0 });
  expect(result.freedBytes).toBe(0);
  expect(packFiles()).toEqual(before);
});

it('frees every byte that only a deleted version needed', async () => {
  const shared = randomBytes(1, 700_000);
  await log(store, { shared, a: 'stays' });
  const size = sizeOfPacks(folder);
  const { id } = await log(store, { shared, b: 'goes', c: randomBytes(2, 900_000) });
  const bigger = sizeOfPacks(folder);
  await store.catalog.deleteVersion(id);
  const { freedBytes, dead, objects } = await store.gc(all);
  expect(sizeOfPacks(folder)).toBe(size);
  expect(freedBytes).toBe(bigger - size);
  expect(dead).toEqual({ young: 0, tolerated: 0, damaged: 0, disk_full: 0 });
  expect(objects.bytes).toBeGreaterThan(900_000);
  expect(await readVersions(store)).toBe(1);
});

it('copies what lives in a pack with dead weight', async () => {
  const [kept, gone] = (await put(store, [randomBytes(1, 5000), randomBytes(2, 5000)])) as [
    ContentDigest,
    ContentDigest,
  ];
  await log(store, { a: randomBytes(1, 5000) });
  await store.gc(all);
  expect([await has(kept), await has(gone)]).toEqual([true, false]);
  expect(await readVersions(store)).toBe(1);
  expect(sizeOfPacks(folder)).toBeLessThan(7000);
});

it('tolerates some dead weight, and says so', async () => {
  await put(store, [randomBytes(1, 100_000), randomBytes(2, 1000)]);
  await log(store, { a: randomBytes(1, 100_000) });
  const before = sizeOfPacks(folder);
  const { freedBytes, dead } = await store.gc({ graceMs: -1000 });
  expect({ freedBytes, dead }).toMatchObject({ freedBytes: 0, dead: { tolerated: 1040 } });
  expect(sizeOfPacks(folder)).toBe(before);
  expect((await store.gc(all)).dead.tolerated).toBe(0);
});

it('leaves alone what is young', async () => {
  const [digest] = (await put(store, [randomBytes(1, 1000)])) as [ContentDigest];
  const { dead, objects } = await store.gc({ maxDead: 0 });
  expect({ dead, objects }).toMatchObject({ dead: { young: 1040 }, objects: { count: 0 } });
  expect(await has(digest)).toBe(true);
});

it('makes one pack of many small ones', async () => {
  for (let i = 0; i < 20; i++) await log(store, { a: `file ${i}` });
  expect(packFiles().length).toBeGreaterThanOrEqual(20);
  await store.gc(all);
  expect(packFiles()).toHaveLength(1);
  expect(await readVersions(store)).toBe(20);
});

it('makes a commit fail whose basis is outdated, and lets it succeed when it was stored again', async () => {
  await put(store, [randomBytes(9, 100)]);
  const files = { a: randomBytes(1, 1000), b: randomBytes(2, 700_000) };
  const basis = await store.blobs.basis();
  const manifest = await storeFiles(store, files);
  await store.gc(all);
  const error = await commit(store, manifest, basis).catch((reason: unknown) => reason);
  expect(CairnError.is(error, 'conflict') && error.isRetryable).toBe(true);
  expect(await readVersions(store)).toBe(0);
  await log(store, files);
  await store.gc(all);
  expect(await readVersions(store)).toBe(1);
});

it('finds in no look-up what is condemned, and takes back what is stored again', async () => {
  const other = await openStore(folder);
  const bytes = randomBytes(1, 1000);
  const [digest] = (await put(store, [bytes])) as [ContentDigest];
  // What is condemned stays in its pack as long as that isn't worth being rewritten.
  await log(store, { large: randomBytes(2, 100_000) });
  await other.gc({ graceMs: -1000, maxDead: 1 });
  expect(await has(digest)).toBe(false);
  await log(store, { a: bytes });
  expect(await has(digest)).toBe(true);
  await other.gc(all);
  expect(await readVersions(store)).toBe(2);
  await other.close();
});

it('removes old packs that have no row, and leaves young ones', async () => {
  const [old, young] = ['0'.repeat(32), '1'.repeat(32)].map((name) => join(folder, 'packs', `${name}.pack`));
  for (const path of [old, young] as string[]) writeFileSync(path, 'left over');
  utimesSync(old as string, 1, 1);
  const { leftovers, freedBytes } = await store.gc();
  expect({ leftovers, freedBytes }).toEqual({ leftovers: { count: 1, bytes: 9 }, freedBytes: 9 });
  expect(packFiles()).toEqual([`${'1'.repeat(32)}.pack`]);
});

it('removes what was left half-written long ago', async () => {
  mkdirSync(join(folder, 'tmp'), { recursive: true });
  const path = join(folder, 'tmp', 'half');
  writeFileSync(path, 'half');
  expect((await store.gc(all)).leftovers.count).toBe(0);
  utimesSync(path, 1, 1);
  expect((await store.gc()).leftovers).toEqual({ count: 1, bytes: 4 });
});

it('removes nothing when it cannot tell what a version needs', async () => {
  await put(store, [randomBytes(1, 1000)]);
  await log(store, { a: 'one' });
  const before = sizeOfPacks(folder);
  const manifestPacks = packFiles().length;
  expect(manifestPacks).toBeGreaterThan(1);
  // What garbage there is, is in the largest.
  const [, ...small] = packFiles().sort((a, b) => sizeOf(b) - sizeOf(a));
  for (const name of small) unlinkSync(join(folder, 'packs', name));
  const left = sizeOfPacks(folder);
  const error = await store.gc(all).catch((reason: unknown) => reason);
  expect(CairnError.is(error) && error.code).toBe('integrity_mismatch');
  expect(sizeOfPacks(folder)).toBe(left);
  expect(left).toBeLessThan(before);
});

it('can be run by several at once', async () => {
  const other = await openStore(folder);
  for (let i = 0; i < 20; i++) {
    const { id } = await log(store, { a: randomBytes(i, 20_000), b: randomBytes(1000 + i, 300_000) });
    if (i % 2 === 0) await store.catalog.deleteVersion(id);
  }
  await Promise.all([store.gc(all), other.gc(all), store.gc(all), other.gc(all)]);
  expect(await readVersions(store)).toBe(10);
  expect((await store.gc(all)).objects.count).toBe(0);
  await other.close();
});

it('gives no pack the number of one that was removed, which others may remember', async () => {
  const other = await openStore(folder);
  const { id } = await log(store, { a: 'one' });
  expect(await readVersions(other)).toBe(1);
  await store.catalog.deleteVersion(id);
  await store.gc(all);
  await log(store, { b: 'two' });
  expect(await readVersions(other)).toBe(1);
  await other.close();
});

it('leaves what is damaged where it is, so that logging again mends it', async () => {
  const bytes = randomBytes(1, 5000);
  await put(store, [bytes, randomBytes(2, 5000)]);
  await log(store, { a: bytes });
  const path = join(folder, 'packs', packFiles().find((name) => sizeOf(name) > 10_000) as string);
  const contents = readFileSync(path);
  contents[100] = (contents[100] as number) ^ 1;
  chmodSync(path, 0o644);
  writeFileSync(path, contents);
  expect((await store.gc(all)).dead.damaged).toBeGreaterThan(5000);
  expect(readFileSync(path)).toEqual(contents);
  await put(store, [bytes]);
  expect(await readVersions(store)).toBe(1);
  expect((await store.gc(all)).dead.damaged).toBe(0);
  expect((await store.verify()).ok).toBe(true);
});

function sizeOf(pack: string): number {
  return statSync(join(folder, 'packs', pack)).size;
}

it('restores a version that was deleted, until garbage is collected', async () => {
  const kept = await log(store, { a: 'kept' });
  const first = await log(store, { a: 'first', b: randomBytes(1, 400_000) });
  const second = await log(store, { a: 'second' });
  await store.catalog.deleteVersion(first.id);
  await store.gc({ ...all, graceMs: 3_600_000 });
  expect((await store.catalog.restoreVersion(first.id)).version).toBe(1);
  expect(await readVersions(store)).toBe(3);
  await store.gc(all);
  expect(await readVersions(store)).toBe(3);

  await store.catalog.deleteVersion(second.id);
  await store.gc(all);
  await expectCairnError(store.catalog.restoreVersion(second.id), 'not_found');
  for await (const { name } of store.catalog.listVersions({ deleted: true })) expect.unreachable(name);
  // Who is deleted after a collection can be restored until the next one.
  await store.catalog.deleteVersion(kept.id);
  await store.gc({ ...all, graceMs: 3_600_000 });
  await store.catalog.restoreVersion(kept.id);
  expect(await readVersions(store)).toBe(2);
});
