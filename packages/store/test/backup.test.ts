import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CairnError, CairnError as Failure } from '@cairn/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { backupStore, type LocalStore, openStore, restoreStore } from '../src/index.js';
import { commit, log, logAnyway, randomBytes, readVersions, storeFiles } from './maintained-store.js';
import { scratchFolder } from './scratch.js';

let folder: string;
let backup: string;
let store: LocalStore;

beforeEach(async () => {
  const place = scratchFolder();
  folder = join(place, 'store');
  backup = join(place, 'backup');
  store = await openStore(folder);
  for (const seed of [1, 2, 3])
    await log(store, { a: randomBytes(seed, 200_000), b: randomBytes(9, 50_000) });
  return () => store.close();
});

async function versionsIn(where: string): Promise<number> {
  const opened = await openStore(where, { create: false });
  try {
    return await readVersions(opened);
  } finally {
    await opened.close();
  }
}

function packsIn(where: string): string[] {
  return readdirSync(join(where, 'packs')).sort();
}

function failure(work: Promise<unknown>): Promise<CairnError> {
  return work.then(
    () => Promise.reject(new Error('it succeeded')),
    (error: unknown) => (Failure.is(error) ? error : Promise.reject(error)),
  );
}

test('a backup restores to a store with all versions, which can be written to', async () => {
  const made = await backupStore(folder, backup);
  expect(made).toMatchObject({ packs: packsIn(folder).length, copiedBytes: made.bytes });
  const restored = join(backup, '../restored');
  const report = await restoreStore(backup, restored);
  expect(report).toMatchObject({ ok: true, counts: { versions: 3 } });
  expect(await versionsIn(restored)).toBe(3);
  const again = await openStore(restored);
  await log(again, { c: randomBytes(20, 1000) });
  expect(await readVersions(again)).toBe(4);
  await again.close();
});

test('a commit that relies on what was stored after the backup is refused, whatever was collected since', async () => {
  await backupStore(folder, backup);
  const restored = join(backup, '../restored');
  await restoreStore(backup, restored);
  const again = await openStore(restored);
  for (let turn = 0; turn < 3; turn++) {
    const basis = await store.blobs.basis();
    const manifest = await storeFiles(store, { a: randomBytes(30 + turn, 1000) });
    expect((await failure(commit(again, manifest, basis))).code).toBe('conflict');
    await store.gc({ graceMs: -1000 });
  }
  expect(Number(await store.blobs.basis())).toBe(3);
  await again.close();
});

test('a second backup costs what is new, and forgets what is gone', async () => {
  await backupStore(folder, backup);
  expect(await backupStore(folder, backup)).toMatchObject({ copiedBytes: 0, copiedPacks: 0 });
  await log(store, { a: randomBytes(4, 100_000) });
  const second = await backupStore(folder, backup);
  expect(second.copiedBytes).toBeGreaterThan(100_000);
  expect(second.copiedBytes).toBeLessThan(second.bytes / 2);
  const versions: string[] = [];
  for await (const { id, version } of store.catalog.listVersions({})) if (version < 2) versions.push(id);
  for (const id of versions) await store.catalog.deleteVersion(id);
  await store.gc({ graceMs: 0, maxDead: 0 });
  await backupStore(folder, backup);
  expect(packsIn(backup)).toEqual(packsIn(folder));
  expect(await versionsIn(backup)).toBe(2);
});

test('a backup beside writers and garbage collection is whole', async () => {
  let isOver = false;
  const write = async () => {
    for (let seed = 100; !isOver; seed++) {
      await logAnyway(store, { a: randomBytes(seed, 30_000), b: randomBytes(seed - 1, 20_000) });
      let count = 0;
      for await (const { id } of store.catalog.listVersions({})) {
        if (++count > 3) await store.catalog.deleteVersion(id, { deleteAliases: true });
      }
      await store.gc({ graceMs: 0, maxDead: 0 });
      await sleep(50);
    }
  };
  const writing = write();
  try {
    for (let turn = 0; turn < 5; turn++) {
      await backupStore(folder, backup);
      const restored = join(backup, `../restored-${turn}`);
      expect((await restoreStore(backup, restored)).ok).toBe(true);
      expect(await versionsIn(restored)).toBeGreaterThan(0);
    }
  } finally {
    isOver = true;
    await writing;
  }
});

test('a catalog that somebody opened in the backup is replaced with its log', async () => {
  await backupStore(folder, backup);
  const opened = await openStore(backup);
  await log(opened, { stray: randomBytes(50, 1000) });
  expect(existsSync(join(backup, 'cairn.db-wal'))).toBe(true);
  await backupStore(folder, backup);
  expect(await versionsIn(backup)).toBe(3);
  await opened.close();
});

describe('what is refused', () => {
  test('a damaged backup is not restored, and leaves nothing', async () => {
    await backupStore(folder, backup);
    const [name = ''] = packsIn(backup);
    const path = join(backup, 'packs', name);
    const bytes = readFileSync(path);
    bytes[100] = (bytes[100] as number) ^ 1;
    rmSync(path);
    writeFileSync(path, bytes);
    const target = join(backup, '../restored');
    const error = await failure(restoreStore(backup, target));
    expect(error.code).toBe('integrity_mismatch');
    expect(error.message).toContain(backup);
    expect(readdirSync(join(backup, '..')).sort()).toEqual(['backup', 'store']);
  });

  test('a backup over a store, over itself, or over other things', async () => {
    const other = join(backup, '../other');
    await (await openStore(other)).close();
    expect((await failure(backupStore(folder, other))).code).toBe('path_conflict');
    expect((await failure(backupStore(folder, folder))).code).toBe('path_conflict');
    mkdirSync(backup);
    writeFileSync(join(backup, 'thesis.txt'), 'mine');
    expect((await failure(backupStore(folder, backup))).code).toBe('path_conflict');
    expect(readdirSync(backup)).toEqual(['thesis.txt']);
  });

  test('to restore over anything, or what is no backup', async () => {
    await backupStore(folder, backup);
    expect((await failure(restoreStore(backup, folder))).code).toBe('path_conflict');
    expect((await failure(restoreStore(join(backup, 'packs'), join(backup, '../x')))).code).toBe('not_found');
    expect((await failure(backupStore(join(backup, '../none'), join(backup, '../x')))).code).toBe(
      'not_found',
    );
  });
});

test('an abort leaves the backup before it whole', async () => {
  await backupStore(folder, backup);
  await log(store, { a: randomBytes(60, 100_000) });
  const controller = new AbortController();
  const stopped = new Error('stopped');
  const onProgress = () => controller.abort(stopped);
  await expect(backupStore(folder, backup, { signal: controller.signal, onProgress })).rejects.toBe(stopped);
  expect(await versionsIn(backup)).toBe(3);
  expect((await backupStore(folder, backup)).copiedPacks).toBeGreaterThan(0);
  expect(await versionsIn(backup)).toBe(4);
});
