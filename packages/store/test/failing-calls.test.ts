import { createCipheriv } from 'node:crypto';
import { cpSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CairnError, type ContentDigest, type ErrorCode, readAll, type Source } from '@cairn/core';
import { nodeFileSystem } from '@cairn/file';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalStore, openStore } from '../src/index.js';
import { type FailingFileSystem, failingFileSystem } from './failing-file-system.js';
import { randomBytes } from './maintained-store.js';
import { report } from './report.js';
import { isFull } from './scale.js';

const known = { small: Buffer.from('known'), large: Buffer.from(randomBytes(1, 300_000)) };
const fresh = { small: Buffer.from('a file'), large: Buffer.from(randomBytes(2, 300_000)) };

let base: string;
let template: string;
let folder: string;
let files: string;
let digests: Record<keyof typeof known, ContentDigest>;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'cairn-failing-'));
  [template, folder, files] = [join(base, 'template'), join(base, 'store'), join(base, 'files')];
  const store = await openStore(template);
  const [small, large] = await put(store, [
    { kind: 'bytes', bytes: known.small },
    { kind: 'bytes', bytes: known.large },
  ]);
  digests = { small: small as ContentDigest, large: large as ContentDigest };
  await store.close();
});
afterAll(() => rm(base, { recursive: true }));

beforeEach(reset);

/** Has everything as it was before. */
async function reset(): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await rm(files, { recursive: true, force: true });
  cpSync(template, folder, { recursive: true });
  await mkdir(files);
  await writeFile(join(files, 'small'), fresh.small);
  await writeFile(join(files, 'large'), fresh.large);
  await writeFile(join(files, 'wrong'), 'wrong');
  await writeFile(join(files, 'right'), known.small);
}

async function put({ blobs }: LocalStore, sources: readonly Source[]): Promise<ContentDigest[]> {
  const found: ContentDigest[] = [];
  for await (const { index, digest } of blobs.put(sources)) found[index] = digest;
  return found;
}

/** Something that is tried, and what must be true however it ended. */
interface Operation {
  run(store: LocalStore): Promise<void>;
  /** What the store and the files must be like, whether it was done or failed. */
  check(store: LocalStore, isDone: boolean): Promise<void>;
  /** Calls that something else can be done instead of. */
  readonly replaceable?: readonly string[];
}

async function contents({ blobs }: LocalStore, digest: ContentDigest): Promise<Buffer> {
  return Buffer.from(await readAll(blobs.open(digest)));
}

function putting(): Operation {
  let stored: ContentDigest[] = [];
  return {
    async run(store) {
      stored = await put(store, [
        { kind: 'bytes', bytes: known.small },
        { kind: 'path', path: join(files, 'small') },
        { kind: 'path', path: join(files, 'large') },
        {
          kind: 'stream',
          async *open() {
            yield Buffer.from('a stream');
            yield Buffer.from(' in two');
          },
        },
        {
          kind: 'stream',
          open: async function* () {
            yield Buffer.concat([fresh.large, known.large]);
          },
        },
      ]);
    },
    async check(store, isDone) {
      if (!isDone) return;
      const expected = [
        known.small,
        fresh.small,
        fresh.large,
        Buffer.from('a stream in two'),
        Buffer.concat([fresh.large, known.large]),
      ];
      for (const [i, bytes] of expected.entries())
        expect((await contents(store, stored[i] as ContentDigest)).equals(bytes)).toBe(true);
    },
  };
}

const targets = { new: known.small, wrong: known.small, right: known.small, 'new-large': known.large };

const copying: Operation = {
  async run(store) {
    const requests = Object.entries(targets).map(([name, bytes]) => ({
      digest: bytes === known.large ? digests.large : digests.small,
      path: join(files, name),
    }));
    for await (const _ of store.blobs.copyTo(requests));
  },
  async check(_, isDone) {
    for (const [name, bytes] of Object.entries(targets)) {
      const found = await readFile(join(files, name)).catch(() => undefined);
      if (found?.equals(bytes)) continue;
      expect(isDone).toBe(false);
      expect([name, found?.toString()]).toEqual([name, name === 'wrong' ? 'wrong' : undefined]);
      expect(name).not.toBe('right');
    }
  },
};

const newFolder = 'new folder';

const copyingAnew: Operation = {
  replaceable: ['renameSync'],
  async run(store) {
    const folder = join(files, newFolder);
    await mkdir(folder, { recursive: true });
    const requests = Array.from({ length: 16 }, (_, i) => ({
      digest: digests.small,
      path: join(folder, `${i}`),
      isFolderNew: true,
    }));
    for await (const _ of store.blobs.copyTo(requests));
  },
  async check(_, isDone) {
    for (let i = 0; i < 16; i++) {
      const found = await readFile(join(files, newFolder, `${i}`)).catch(() => undefined);
      if (isDone || found !== undefined) expect(found).toEqual(known.small);
    }
  },
};

const reading: Operation = {
  async run(store) {
    expect((await contents(store, digests.small)).equals(known.small)).toBe(true);
    expect((await contents(store, digests.large)).equals(known.large)).toBe(true);
    const part = await readAll(store.blobs.open(digests.large, { range: { start: 270_000, end: 280_000 } }));
    expect(known.large.subarray(270_000, 280_000).equals(part)).toBe(true);
  },
  check: () => Promise.resolve(),
};

/** Calls without which nothing is stored, or no file is made: who succeeds can't have seen them fail. */
const essential = ['writeSync', 'fsyncSync', 'renameSync', 'write', 'sync', 'rename', 'link', 'mkdir'];

async function expectNoLeftovers(fs: FailingFileSystem): Promise<void> {
  // What can't be removed stays.
  if (fs.failed.some((name) => /^(unlink|rmdir|readdir)/.test(name))) return;
  expect(await readdir(join(folder, 'tmp'))).toEqual([]);
  const names = (await readdir(files)).filter(
    (name) => !['small', 'large', newFolder, ...Object.keys(targets)].includes(name),
  );
  expect(names).toEqual([]);
}

const ways: readonly [string, (first: number) => (call: number) => string | undefined, ErrorCode][] = [
  ['one call fails', (first) => (call) => (call === first ? 'EIO' : undefined), 'unavailable'],
  ['all calls fail from one on', (first) => (call) => (call >= first ? 'EIO' : undefined), 'unavailable'],
  [
    'the disk is full from one on',
    (first) => (call) => (call >= first ? 'ENOSPC' : undefined),
    'storage_full',
  ],
  [
    'too many files are open once',
    (first) => (call) => (call === first ? 'EMFILE' : undefined),
    'unavailable',
  ],
];
/** The others take the same ways through the code. */
const someWays = isFull ? ways : ways.filter(([way]) => /^one call|disk is full/.test(way));
const operations: readonly [string, () => Operation][] = [
  ['put', putting],
  ['copyTo', () => copying],
  ['copyTo in a new folder', () => copyingAnew],
  ['open', () => reading],
];

describe.each(operations)('%s', (title, operation) => {
  it.each(someWays)(
    'loses nothing and shows nothing half-done, whichever call it is, when %s',
    async (way, failsFrom, code) => {
      let [points, failures] = [0, 0];
      for (let nth = 1; ; nth++) {
        await reset();
        let opened = Number.POSITIVE_INFINITY;
        const fs = failingFileSystem((call) => failsFrom(nth)(call - opened));
        const store = await openStore(folder, { fs });
        opened = fs.calls();
        const { run, check, replaceable = [] } = operation();
        let isDone = false;
        try {
          await run(store);
          isDone = true;
          for (const name of essential)
            if (!replaceable.includes(name)) expect(fs.failed, `call ${nth}`).not.toContain(name);
        } catch (error) {
          failures++;
          if (!CairnError.is(error)) throw error;
          expect(error.code, `call ${nth}: ${error}`).toBe(code);
          expect(error.message).not.toContain(join('store', 'tmp'));
        } finally {
          await store.close();
        }
        if (fs.calls() - opened < nth) break;
        points++;
        await expectNoLeftovers(fs);

        const again = await openStore(folder);
        for (const which of ['small', 'large'] as const)
          expect((await contents(again, digests[which])).equals(known[which]), `call ${nth}`).toBe(true);
        await check(again, isDone);
        await run(again);
        await check(again, true);
        await again.close();
      }
      report('A failing file system is survived', {
        [`calls of ${title}: ${way}`]: points,
        errors: failures,
      });
      expect(points).toBeGreaterThan(10);
    },
    120_000,
  );
});

it.each(someWays)(
  'makes and opens a store, or says why not, whichever call it is, when %s',
  async (way, failsFrom, code) => {
    let points = 0;
    for (let nth = 1; ; nth++) {
      await rm(folder, { recursive: true, force: true });
      const fs = failingFileSystem(failsFrom(nth));
      const error = await openStore(folder, { fs }).then(
        (store) => store.close(),
        (reason: unknown) => reason,
      );
      if (error !== undefined) expect(CairnError.is(error, code), `call ${nth}: ${error}`).toBe(true);
      if (fs.calls() < nth) break;
      points++;
      const store = await openStore(folder);
      await putting().run(store);
      await store.close();
    }
    report('A failing file system is survived', { [`calls of openStore: ${way}`]: points });
    expect(points).toBeGreaterThan(10);
  },
  120_000,
);

it('forgets nothing that can not be read for a while, before its new copy is there', async () => {
  // Packs of a copied store are suspect, so that their records are read before anything relies on them.
  const openSync: typeof nodeFileSystem.sync.openSync = (path, ...rest) => {
    if (String(path).endsWith('.pack')) throw Object.assign(new Error('EIO: injected'), { code: 'EIO' });
    return nodeFileSystem.sync.openSync(path, ...rest);
  };
  const fs = { ...nodeFileSystem, sync: { ...nodeFileSystem.sync, openSync } };
  const store = await openStore(folder, { fs });
  const error = await put(store, [
    { kind: 'bytes', bytes: known.large },
    // Enough to finish a pack, while the recipe of the other is still to come.
    {
      kind: 'bytes',
      bytes: createCipheriv('aes-256-ctr', Buffer.alloc(32), Buffer.alloc(16)).update(Buffer.alloc(56 << 20)),
    },
    { kind: 'path', path: join(files, 'no such file') },
  ]).catch((reason: unknown) => reason);
  expect(CairnError.is(error, 'not_found')).toBe(true);
  await store.close();
  expect((await readdir(join(folder, 'packs'))).length).toBeGreaterThan(1);
  const again = await openStore(folder);
  expect((await contents(again, digests.large)).equals(known.large)).toBe(true);
  await again.close();
});
