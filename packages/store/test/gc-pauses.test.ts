import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CairnError } from '@cairn/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalStore, openStore } from '../src/index.js';
import { log, logAnyway, randomBytes, readVersions } from './maintained-store.js';
import { report } from './report.js';
import { isFull } from './scale.js';
import { openWrapped } from './wrapped-store.js';

// One store stands still before one of its calls of the database, and another one does all of something: at each call.

let base: string;
let template: string;
let count = 0;
const large = randomBytes(7, 1_500_000);
/** Shares most chunks with what a deleted version had. */
const similar = Buffer.concat([large, randomBytes(8, 1000)]);
const collectAll = { graceMs: -60_000, maxDead: 0 };

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'cairn-gc-pauses-'));
  template = join(base, 'template');
  const store = await openStore(template);
  await log(store, { kept: 'kept', other: randomBytes(1, 400_000) });
  const { id } = await log(store, { kept: 'kept', gone: 'gone', large });
  await store.catalog.deleteVersion(id);
  deletedId = id;
  await store.close();
});
afterAll(() => rmSync(base, { recursive: true }));

interface Meeting {
  /** What is interrupted. */
  readonly first: (store: LocalStore) => Promise<unknown>;
  /** What comes between. */
  readonly second: (store: LocalStore) => Promise<unknown>;
  /** What comes when the first is over. */
  readonly third?: () => Promise<unknown>;
  readonly versions: number;
  /** Whether that is so without the version that is restored, which may come too late. */
  readonly mayRestore?: boolean;
}

/** Has two things meet at one point; answers whether there was such a point. */
async function meet({ first, second, third, versions, mayRestore }: Meeting, at: number): Promise<boolean> {
  const folder = join(base, String(count++));
  cpSync(template, folder, { recursive: true });
  const other = await openStore(folder);
  let calls = 0;
  let isOn = false;
  const store = await openWrapped(folder, async () => {
    if (isOn && calls++ === at) await second(other);
  });
  try {
    isOn = true;
    await first(store);
    isOn = false;
    if (calls <= at) return false;
    await third?.();
    const expected = versions + (mayRestore === true && isRestored ? 1 : 0);
    expect(await readVersions(other), `at call ${at}`).toBe(expected);
    await other.gc(collectAll);
    expect(await readVersions(store), `at call ${at}, after another collection`).toBe(expected);
    return true;
  } finally {
    await store.close();
    await other.close();
    rmSync(folder, { recursive: true });
  }
}

const logging = (store: LocalStore) => logAnyway(store, { gone: 'gone', similar });
const loggingTwice = async (store: LocalStore) => {
  await logAnyway(store, { similar });
  await logAnyway(store, { gone: 'gone' });
};
/** Stores all contents, and makes them a version only when it is told to. */
let commitNow: () => Promise<void>;
const storing = (store: LocalStore) =>
  new Promise<void>((resolve) => {
    let open = (): void => undefined;
    const gate = new Promise<void>((opened) => {
      open = opened;
    });
    const logged = logAnyway(store, { similar }, () => {
      resolve();
      return gate;
    });
    commitNow = () => {
      open();
      return logged;
    };
  });
let deletedId: string;
let isRestored: boolean;
/** How often the deleted version came back, and how often it was too late for that. */
const restored = { done: 0, refused: 0 };
const restoring = async ({ catalog }: LocalStore) => {
  try {
    await catalog.restoreVersion(deletedId);
    isRestored = true;
    restored.done++;
  } catch (error) {
    if (!CairnError.is(error, 'not_found')) throw error;
    isRestored = false;
    restored.refused++;
  }
};
const collecting = (store: LocalStore) => store.gc(collectAll);
const condemning = (store: LocalStore) => store.gc({ ...collectAll, maxDead: 1 });

const meetings: Readonly<Record<string, Meeting>> = {
  'logging, and a collection of garbage between': { first: logging, second: collecting, versions: 2 },
  'logging, and a collection between that only condemns': { first: logging, second: condemning, versions: 2 },
  'a collection of garbage, and logging between': { first: collecting, second: logging, versions: 2 },
  'a collection that only condemns, and logging between': { first: condemning, second: logging, versions: 2 },
  'a collection of garbage, and logging twice between': {
    first: collecting,
    second: loggingTwice,
    versions: 3,
  },
  'a collection of garbage, and between what is committed later': {
    first: collecting,
    second: storing,
    third: () => commitNow(),
    versions: 2,
  },
  'a collection that only condemns, and between what is committed later': {
    first: condemning,
    second: storing,
    third: () => commitNow(),
    versions: 2,
  },
  'a collection of garbage, and restoring between': {
    first: collecting,
    second: restoring,
    versions: 1,
    mayRestore: true,
  },
  'two collections of garbage': { first: collecting, second: collecting, versions: 1 },
};

/** Has them meet at every point, or at every so many; answers at how many. */
async function meetEverywhere(meeting: Meeting, step: number): Promise<number> {
  let points = 0;
  for (let at = Math.floor(Math.random() * step); await meet(meeting, at); at += step) points++;
  return points;
}

for (const [name, meeting] of Object.entries(meetings)) {
  it(`loses nothing at any point: ${name}`, async () => {
    const points = await meetEverywhere(meeting, isFull ? 1 : 2);
    report('Nothing is lost to a collection of garbage', { [`points of ${name}`]: points });
    expect(points).toBeGreaterThan(10);
    if (meeting.mayRestore === true) {
      // The garbage is condemned in two steps here: at first all comes back, after the first one nothing does.
      expect(restored.done).toBeGreaterThan(1);
      expect(restored.refused).toBeGreaterThan(1);
    }
  }, 300_000);
}

it('restores a version, or leaves it deleted, when garbage is collected at any point of that', async () => {
  const meeting = { first: restoring, second: collecting, versions: 1, mayRestore: true };
  expect(await meetEverywhere(meeting, 1)).toBeGreaterThan(0);
});
