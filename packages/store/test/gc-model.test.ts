import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CairnError, readAll } from '@cairn/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LocalStore, openStore } from '../src/index.js';
import { openSqlite } from '../src/sql/sqlite/database.js';
import { loadSqlite } from '../src/sql/sqlite/driver.js';
import { collection, digestsOf, logAnyway, randomBytes, readVersions } from './maintained-store.js';
import { isFull } from './scale.js';
import { openWrapped } from './wrapped-store.js';

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
  | { readonly kind: 'restore'; readonly which: number }
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
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('restore' as const), which: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('read' as const), which: fc.nat(5) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('gc' as const), maxDead: fc.constantFrom(0, 0.5, 1) }),
  },
);

const collectAll = { graceMs: -60_000, maxDead: 0 };

async function versionsOf({ catalog }: LocalStore, deleted = false) {
  const versions = [];
  for await (const version of catalog.listVersions({ ...collection, deleted })) versions.push(version);
  return versions;
}

async function perform(store: LocalStore, action: Action): Promise<void> {
  if (action.kind === 'log') {
    await logAnyway(store, Object.fromEntries(action.files.map((i) => pool[i] as [string, Uint8Array])));
  } else if (action.kind === 'gc') {
    await store.gc({ ...collectAll, maxDead: action.maxDead });
  } else if (action.kind === 'restore') {
    const versions = await versionsOf(store, true);
    const version = versions[action.which % Math.max(versions.length, 1)];
    if (version === undefined) return;
    await store.catalog.restoreVersion(version.id).catch((error: unknown) => {
      // Garbage was collected meanwhile, or the same was logged again.
      if (!CairnError.is(error, 'not_found') && !CairnError.is(error, 'conflict')) throw error;
    });
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

const runs = isFull ? 1000 : 15;

test(
  `no version loses a blob, whoever collects garbage when (${runs} runs)`,
  async () => {
    const actors = fc.array(fc.array(action, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), actors, async (scheduler, scripts) => {
        const folder = mkdtempSync(join(tmpdir(), 'cairn-gc-model-'));
        const stores: LocalStore[] = [];
        try {
          for (const _ of scripts)
            stores.push(await openWrapped(folder, () => scheduler.schedule(Promise.resolve())));
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
