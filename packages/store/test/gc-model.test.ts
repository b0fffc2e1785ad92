import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CairnError, type ContentDigest, openManifest, readAll } from '@cairn/core';
import { nodeFileSystem } from '@cairn/file';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultChunker } from '../src/chunker/chunker-params.js';
import { openStore } from '../src/index.js';
import { type LocalStore, localStore } from '../src/local-store.js';
import type { Database } from '../src/sql/database.js';
import { openSqlite } from '../src/sql/sqlite/database.js';
import { loadSqlite } from '../src/sql/sqlite/driver.js';
import {
  collection,
  commit,
  type Files,
  randomBytes,
  readVersions,
  store as storeFiles,
} from './maintained-store.js';
import { isFull } from './scale.js';

// Writers, readers, deleters and collections of garbage in several open stores of one folder. Each call of a database is a
// point at which fast-check decides who goes on.

/** Small ones, and two that are cut into chunks and share most of them. */
const large = randomBytes(7, 900_000);
const pool: readonly (readonly [string, Uint8Array])[] = [
  ['a', randomBytes(1, 100)],
  ['b', randomBytes(2, 3000)],
  ['c', randomBytes(3, 50_000)],
  ['d', large],
  ['e', Buffer.concat([large, randomBytes(8, 500)])],
  ['f', new Uint8Array()],
];

type Action =
  | { readonly kind: 'log'; readonly files: readonly number[] }
  | { readonly kind: 'delete'; readonly which: number }
  | { readonly kind: 'read'; readonly which: number }
  | { readonly kind: 'gc'; readonly maxDead: number };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('log' as const),
      files: fc.uniqueArray(fc.nat(pool.length - 1), { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), which: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('read' as const), which: fc.nat(5) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('gc' as const), maxDead: fc.constantFrom(0, 0.5, 1) }),
  },
);

const collectAll = { graceMs: -60_000, maxDead: 0 };

/** Logs as the SDK does: what a collection of garbage took in between is looked for, and stored again if it is absent. */
async function log(store: LocalStore, files: Files): Promise<void> {
  let manifest: Awaited<ReturnType<typeof storeFiles>> | undefined;
  for (;;) {
    const basis = await store.blobs.basis();
    try {
      if (manifest === undefined || !(await isWhole(store, manifest.blob)))
        manifest = await storeFiles(store, files);
      await commit(store, manifest, basis);
      return;
    } catch (error) {
      if (!CairnError.is(error, 'conflict') || !error.isRetryable) throw error;
    }
  }
}

async function isWhole({ blobs }: LocalStore, manifest: ContentDigest): Promise<boolean> {
  try {
    const needed = await digestsOf({ blobs }, manifest);
    return (await blobs.has([...needed])).size === needed.size;
  } catch (error) {
    if (CairnError.is(error, 'not_found')) return false;
    throw error;
  }
}

async function digestsOf(
  { blobs }: Pick<LocalStore, 'blobs'>,
  manifest: ContentDigest,
): Promise<Set<ContentDigest>> {
  const { leaves, entries } = await openManifest(blobs, manifest);
  const digests = new Set([manifest, ...leaves.map(({ digest }) => digest)]);
  for await (const entry of entries()) if (entry.kind === 'file') digests.add(entry.digest);
  return digests;
}

async function versionsOf({ catalog }: LocalStore) {
  const versions = [];
  for await (const version of catalog.listVersions(collection)) versions.push(version);
  return versions;
}

async function perform(store: LocalStore, action: Action): Promise<void> {
  if (action.kind === 'log') {
    await log(store, Object.fromEntries(action.files.map((i) => pool[i] as [string, Uint8Array])));
  } else if (action.kind === 'gc') {
    await store.gc({ ...collectAll, maxDead: action.maxDead });
  } else {
    const versions = await versionsOf(store);
    const version = versions[action.which % Math.max(versions.length, 1)];
    if (version === undefined) return;
    if (action.kind === 'delete') {
      await store.catalog.deleteVersion(version.id).catch((error: unknown) => {
        if (!CairnError.is(error, 'not_found')) throw error;
      });
      return;
    }
    try {
      for (const digest of await digestsOf(store, version.manifest)) await readAll(store.blobs.open(digest));
    } catch (error) {
      const there = await versionsOf(store);
      if (there.some(({ id }) => id === version.id)) throw error;
    }
  }
}

/** How many objects are in the index, and how many packs. */
async function countRows(folder: string): Promise<unknown> {
  const path = join(folder, 'cairn.db');
  const database = await openSqlite({ driver: await loadSqlite(), path, readOnly: true, clock: Date.now });
  try {
    return await database.read(function* () {
      const text = 'SELECT (SELECT count(*) FROM objects) AS objects, (SELECT count(*) FROM packs) AS packs';
      return ((yield { text, params: [], want: 'all' }) as unknown[])[0];
    });
  } finally {
    await database.close();
  }
}

async function openScheduled(
  folder: string,
  scheduled: (database: Database) => Database,
): Promise<LocalStore> {
  await (await openStore(folder)).close();
  const path = join(folder, 'cairn.db');
  const database = await openSqlite({
    driver: await loadSqlite(),
    path,
    readOnly: false,
    clock: Date.now,
  });
  return localStore({
    fs: nodeFileSystem,
    folder,
    database: scheduled(database),
    format: { algorithm: 'blake3', chunker: defaultChunker },
    liveness: () => undefined,
    readOnly: false,
    now: Date.now,
  });
}

const runs = isFull ? 1000 : 15;

test(
  `no version loses a blob, whoever collects garbage when (${runs} runs)`,
  async () => {
    const actors = fc.array(fc.array(action, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), actors, async (scheduler, scripts) => {
        const folder = mkdtempSync(join(tmpdir(), 'cairn-gc-model-'));
        const scheduled = (database: Database): Database => ({
          ...database,
          read: async (step, options) => {
            await scheduler.schedule(Promise.resolve(), 'read');
            return database.read(step, options);
          },
          write: async (step, options) => {
            await scheduler.schedule(Promise.resolve(), 'write');
            return database.write(step, options);
          },
        });
        const stores: LocalStore[] = [];
        try {
          for (const _ of scripts) stores.push(await openScheduled(folder, scheduled));
          await scheduler.waitFor(
            Promise.all(
              scripts.map(async (script, i) => {
                for (const each of script) await perform(stores[i] as LocalStore, each);
              }),
            ),
          );
          await Promise.all(stores.map((store) => scheduler.waitFor(store.close())));

          const quiet = await openStore(folder);
          stores.push(quiet);
          await readVersions(quiet);
          await quiet.gc(collectAll);
          const count = await readVersions(quiet);
          const before = await countRows(folder);
          for (const { id } of await versionsOf(quiet)) await quiet.catalog.deleteVersion(id);
          await quiet.gc(collectAll);
          expect(await countRows(folder)).toEqual({ objects: 0, packs: 0 });
          if (count === 0) expect(before).toEqual({ objects: 0, packs: 0 });
        } finally {
          await Promise.all(stores.map((store) => store.close()));
          rmSync(folder, { recursive: true });
        }
      }),
      { numRuns: runs },
    );
  },
  isFull ? 3_600_000 : 240_000,
);
