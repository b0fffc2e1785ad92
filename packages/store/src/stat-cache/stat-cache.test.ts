import { createHash } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContentDigest, PutResult } from '@cairn/core';
import { type FileSystem, nodeFileSystem } from '@cairn/file';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { putAll, readBlob } from '../../test/put.js';
import { noise, scratchFolder } from '../../test/scratch.js';
import type { LocalStore } from '../local-store.js';
import { openStore } from '../open-store.js';
import { keyOf } from '../packs/pack-index.js';
import { migrate } from '../sql/migrations/migrate.js';
import { openSqlite } from '../sql/sqlite/database.js';
import { loadSqlite } from '../sql/sqlite/driver.js';
import { groupByFolder } from './group-by-folder.js';
import { isSettled } from './is-settled.js';
import { openOwnMemory } from './own-memory.js';
import { StatCache } from './stat-cache.js';

/** The names of the files that were opened since the last look. */
let opened: string[];
const fs: FileSystem = {
  ...nodeFileSystem,
  sync: {
    ...nodeFileSystem.sync,
    openSync: (path, ...rest) => {
      opened.push(basename(String(path)));
      return nodeFileSystem.sync.openSync(path, ...rest);
    },
  },
};

let folder: string;
let files: string;
let store: LocalStore;
beforeEach(async () => {
  folder = scratchFolder();
  files = join(folder, 'files');
  mkdirSync(files);
  opened = [];
  store = await openStore(join(folder, 'store'), { fs });
});
afterEach(() => store.close());

/** Long ago, but for the `ctime`, for which one has to wait. */
const longAgo = 1_234_567_890.123;
const settle = () => sleep(120);

function write(name: string, bytes: Uint8Array | string): void {
  writeFileSync(join(files, name), bytes);
  utimesSync(join(files, name), longAgo, longAgo);
}

async function put(blobs = store.blobs): Promise<{ results: PutResult[]; read: string[] }> {
  opened = [];
  const names = readdirSync(files, { encoding: 'utf8' }).sort();
  const results = await putAll(
    blobs,
    names.map((name) => ({ kind: 'path', path: join(files, name) })),
  );
  return { results, read: opened.filter((name) => names.includes(name)) };
}

async function sql(text: string, ...params: (string | number)[]): Promise<void> {
  const { DatabaseSync } = await loadSqlite();
  const database = new DatabaseSync(join(folder, 'store', 'cairn.db'));
  try {
    database.prepare(text).run(...params);
  } finally {
    database.close();
  }
}

describe('a file that was put', () => {
  it('is not read again as long as it looks the same', async () => {
    for (const [i, size] of [0, 1, 1000, 300_000, 2_000_000].entries()) write(`f${i}`, noise(size, i + 1));
    await settle();
    const first = await put();
    expect(first.read.sort()).toEqual(['f0', 'f1', 'f2', 'f3', 'f4']);
    const again = await put();
    expect(again.read).toEqual([]);
    expect(again.results).toEqual(first.results.map((result) => ({ ...result, created: false })));
  });

  it('is read again when it changed, though its size and its time are the same', async () => {
    write('a', 'one');
    write('b', 'two');
    await settle();
    const before = await put();
    write('a', 'uno');
    const after = await put();
    expect(after.read).toEqual(['a']);
    expect(after.results[0]?.digest).not.toBe(before.results[0]?.digest);
  });

  it('is read again when it was put right after it was written, until it is old enough', async () => {
    write('a', 'one');
    const { ctimeMs } = statSync(join(files, 'a'));
    vi.useFakeTimers({ toFake: ['Date'], now: ctimeMs + 40 });
    try {
      expect((await put()).read).toEqual(['a']);
      expect((await put()).read).toEqual(['a']);
      vi.setSystemTime(ctimeMs + 60);
      expect((await put()).read).toEqual(['a']);
      expect((await put()).read).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is read again when another file has its name', async () => {
    write('a', 'one');
    write('b', 'two');
    await settle();
    await put();
    renameSync(join(files, 'b'), join(files, 'a'));
    const { read, results } = await put();
    expect(read).toEqual(['a']);
    expect((await readBlob(store.blobs, results[0]?.digest as ContentDigest)).toString()).toBe('two');
  });

  it('is stored again when garbage collection took it', async () => {
    write('a', 'one');
    write('b', 'two');
    await settle();
    const { results } = await put();
    const raw = results[0]?.digest.slice('blake3:'.length);
    await sql(`DELETE FROM objects WHERE lower(hex(digest)) = '${raw}'`);
    await sql(
      "INSERT INTO engine_state VALUES ('epoch', 7) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    );
    const after = await put();
    expect(after.read).toEqual(['a']);
    expect(after.results.map(({ created }) => created)).toEqual([true, false]);
    expect((await readBlob(store.blobs, after.results[0]?.digest as ContentDigest)).toString()).toBe('one');
    expect((await put()).read).toEqual([]);
  });

  it('is known in the next epoch too, without looking for each', async () => {
    write('a', 'one');
    await settle();
    await put();
    await sql(
      "INSERT INTO engine_state VALUES ('epoch', 7) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    );
    expect((await put()).read).toEqual([]);
    // Without its row nobody could find it now. That it is not looked for shows that the epoch was noted.
    await sql('DELETE FROM objects');
    expect((await put()).read).toEqual([]);
  });

  it('is read again, and mended, when somebody wrote to a pack', async () => {
    write('a', 'one');
    await settle();
    const { results } = await put();
    const packs = join(folder, 'store', 'packs');
    const pack = join(packs, readdirSync(packs)[0] as string);
    const bytes = readFileSync(pack);
    bytes[0] = 0;
    unlinkSync(pack);
    writeFileSync(pack, bytes);
    expect((await put()).read).toEqual(['a']);
    expect((await readBlob(store.blobs, results[0]?.digest as ContentDigest)).toString()).toBe('one');
  });

  it('is only read again when the hints are gone, and nothing is lost', async () => {
    write('a', 'one');
    await settle();
    const { results } = await put();
    await sql('DELETE FROM seen_files');
    const again = await put();
    expect(again.read).toEqual(['a']);
    expect(again.results).toEqual(results.map((result) => ({ ...result, created: false })));
  });

  it('is unknown to another store', async () => {
    write('a', 'one');
    await settle();
    await put();
    const other = await openStore(join(folder, 'other'), { fs });
    expect((await put(other.blobs)).read).toEqual(['a']);
    expect(await other.blobs.has([(await put()).results[0]?.digest as ContentDigest])).toHaveProperty(
      'size',
      1,
    );
    await other.close();
  });

  it.skipIf(process.platform === 'win32')('may have any name', async () => {
    const names = ['new\nline', 'ünï', '\ud83d\ude00', 'quote\'"', ' ', '%', 'a\ud800', 'a\ufffd', '\udc00'];
    for (const [i, name] of names.entries()) write(name, `file ${i}`);
    const paths = names.map((name) => join(files, name));
    await settle();
    for (let i = 0; i < 3; i++) {
      const results = await putAll(
        store.blobs,
        paths.map((path) => ({ kind: 'path', path })),
      );
      for (const [k, { digest }] of results.entries())
        expect(await readBlob(store.blobs, digest)).toEqual(readFileSync(paths[k] as string));
    }
    // In a folder whose name is odd, too.
    mkdirSync(join(files, 'odd\ud800'));
    writeFileSync(join(files, 'odd\ud800', 'x'), 'x');
    await putAll(store.blobs, [{ kind: 'path', path: join(files, 'odd\ud800', 'x') }]);
  });
});

describe('a file that was restored', () => {
  async function restore(digest: ContentDigest, path: string): Promise<boolean> {
    opened = [];
    for await (const { written } of store.blobs.copyTo([{ digest, path }])) return written;
    return expect.fail();
  }

  it.each([10, 700_000])(
    'is recognised without being read, and read when it was edited, at %i bytes',
    async (size) => {
      const [result] = await putAll(store.blobs, [{ kind: 'bytes', bytes: noise(size) }]);
      const { digest } = result as PutResult;
      const path = join(files, 'restored');
      for await (const { written } of store.blobs.copyTo([{ digest, path }])) expect(written).toBe(true);
      await sleep(100); // a little is not waited for, and known when it was seen again
      for await (const { written } of store.blobs.copyTo([{ digest, path }])) expect(written).toBe(false);
      opened = [];
      for await (const { written } of store.blobs.copyTo([{ digest, path }])) expect(written).toBe(false);
      expect(opened).toEqual([]);
      // What was restored isn't read when it is put, either.
      expect((await put()).read).toEqual([]);

      const { mtime } = statSync(path);
      writeFileSync(path, noise(size, 5));
      utimesSync(path, mtime, mtime);
      for await (const { written } of store.blobs.copyTo([{ digest, path }])) expect(written).toBe(true);
      expect(readFileSync(path).equals(noise(size))).toBe(true);
    },
  );

  it('is recognised at once if it is one of many', async () => {
    const bytes = Array.from({ length: 1500 }, (_, i) => Buffer.from(`file ${i}`));
    const stored = await putAll(
      store.blobs,
      bytes.map((content) => ({ kind: 'bytes' as const, bytes: content })),
    );
    const requests = stored.map(({ digest, index }) => ({ digest, path: join(files, `${index}`) }));
    for await (const { written } of store.blobs.copyTo(requests)) expect(written).toBe(true);
    opened = [];
    for await (const { written } of store.blobs.copyTo(requests)) expect(written).toBe(false);
    expect(opened).toEqual([]);
  });

  it('is noticed when it was edited as soon as it was there', async () => {
    const [result] = await putAll(store.blobs, [{ kind: 'bytes', bytes: Buffer.from('right') }]);
    const { digest } = result as PutResult;
    const path = join(files, 'restored');
    for await (const _ of store.blobs.copyTo([{ digest, path }])) writeFileSync(path, 'wrong');
    expect(await restore(digest, path)).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('right');
  });
});

describe('the time of a change', () => {
  const stamp = { size: 1, ino: 1, mtimeMs: 10_000.25, ctimeMs: 10_000.25 };

  it.each([
    ['just before', stamp, 10_001, false],
    ['a while before', stamp, 10_100, true],
    ['just before, by its ctime', { ...stamp, ctimeMs: 99_000.5 }, 99_010, false],
    ['in whole seconds', { ...stamp, mtimeMs: 10_000 }, 11_900, false],
    ['long before, in whole seconds', { ...stamp, mtimeMs: 10_000 }, 12_600, true],
    ['in the future', stamp, 9_000, false],
  ])('%s', (_, changed, readAt, expected) => {
    expect(isSettled(changed, readAt)).toBe(expected);
  });
});

describe('groups of a folder', () => {
  async function groupsOf(names: readonly string[]): Promise<Map<string, string>> {
    const groups = new Map<string, string>();
    let next = 0;
    for await (const some of groupByFolder(names, (name) => `/f/${name}`)) {
      expect(some.length).toBeGreaterThan(0);
      for (const { key, items, index } of some) {
        expect(index).toBe(next);
        next += items.length;
        expect(items.length).toBeLessThanOrEqual(4096);
        groups.set(key?.first as string, items.join('\n'));
      }
    }
    expect(next).toBe(names.length);
    return groups;
  }

  it('stay mostly the same when a file is added or removed', async () => {
    const nameOf = (i: number) => createHash('md5').update(`${i}`).digest('hex');
    const names = Array.from({ length: 20_000 }, (_, i) => nameOf(i)).sort();
    const before = await groupsOf(names);
    expect(before.size).toBeGreaterThan(8);
    for (let i = 0; i < 40; i++) {
      const changed =
        i % 2 === 0
          ? [...names, nameOf(50_000 + i)].sort()
          : names.filter((_, k) => k !== (i * 4999) % 20_000);
      const after = await groupsOf(changed);
      const other = [...after].filter(([first, items]) => before.get(first) !== items);
      expect(other.length).toBeLessThanOrEqual(3);
    }
  });

  it('keep what has no file apart, and say where each is', async () => {
    const items = ['/a/1', '/a/2', undefined, '/a/3', undefined, undefined, '/b/1', '/c/1', '/c/2'];
    const groups: unknown[] = [];
    for await (const several of groupByFolder(items, (path) => path)) {
      for (const { key, items: some, index } of several)
        groups.push([key?.folder, key?.first, some.length, index]);
    }
    expect(groups).toEqual([
      ['/a', '1', 2, 0],
      [undefined, undefined, 1, 2],
      ['/a', '3', 1, 3],
      [undefined, undefined, 1, 4],
      [undefined, undefined, 1, 5],
      ['/b', '1', 1, 6],
      ['/c', '1', 2, 7],
    ]);
  });
});

it('what has no file is handed on before the next item is asked for', async () => {
  const handedOn: number[] = [];
  function* items() {
    yield '/a/1';
    yield undefined;
    expect(handedOn).toEqual([0, 1]);
    yield '/a/2';
  }
  for await (const groups of groupByFolder(items(), (path) => path)) {
    handedOn.push(...groups.map(({ index }) => index));
  }
  expect(handedOn).toEqual([0, 1, 2]);
});

describe('many findings', () => {
  const group = { key: { folder: '/files', first: 'a' }, items: ['a'], index: 0 };
  const other = { ...group, key: { ...group.key, first: 'b' } };
  const file = { path: '/files/a', stamp: { size: 1, mtimeMs: longAgo, ctimeMs: longAgo, ino: 1 } };
  const digest = Buffer.alloc(32, 7);

  it('are written down before the end, and not believed until the store has the bytes', async () => {
    const driver = await loadSqlite();
    const path = join(folder, 'seen.db');
    const database = await openSqlite({ driver, path, readOnly: false, clock: Date.now });
    await migrate(database);
    const there = new Set<string>();
    const begin = () =>
      new StatCache({ database, reader: { find: async () => there, hasSuspects: async () => false } }, 5, 1);

    const first = begin();
    (await first.recall([group], {}))[0]?.note(file, Date.now(), digest);
    await first.recall([other], {});
    expect(first.isEmpty).toBe(true);
    expect((await begin().recall([group], {}))[0]?.digestOf(file)).toBeUndefined();
    there.add(keyOf(digest));
    const later = begin();
    const [, seen] = await later.recall([other, group], {});
    expect(seen?.digestOf(file)).toEqual(digest);
    const hex = digest.toString('hex');
    expect(seen?.hasDigest(file, `blake3:${hex}`)).toBe(true);
    for (let i = 0; i < hex.length; i++) {
      expect(seen?.hasDigest(file, `blake3:${hex.slice(0, i)}f${hex.slice(i + 1)}`)).toBe(false);
    }

    // What was there before the call needn't be looked up again.
    seen?.keep(file);
    await later.recall([other], {});
    there.clear();
    expect((await begin().recall([group], {}))[0]?.digestOf(file)).toEqual(digest);
    await database.close();
  });

  it('of a home elsewhere wait, so that it need not be asked for each group', async () => {
    const memory = await openOwnMemory(join(folder, 'sent.db'));
    let asked = 0;
    const lacks = async (digests: readonly Uint8Array[]) => {
      asked++;
      return new Uint8Array(digests.length);
    };
    const groups = Array.from({ length: 8 }, (_, at) => {
      const items = Array.from({ length: 3000 }, (_, i) => `/files/${at}/${`${i}`.padStart(200, '0')}`);
      return { key: { folder: `/files/${at}`, first: '' }, items, index: 3000 * at };
    });
    const noted = memory.begin({ basis: 'one', lacks });
    for (const one of groups) {
      const [seen] = await noted.recall([one], {});
      for (const path of one.items) seen?.note({ ...file, path }, Date.now(), digest);
    }
    await noted.save();

    const seen = await memory.begin({ basis: 'one', lacks }).recall(groups, {});
    const first = { ...file, path: groups[0]?.items[0] as string };
    expect(seen[0]?.digestOf(first)).toEqual(digest);
    expect(asked).toBe(0);
    await memory.close();
  });
});
