import { spawnSync } from 'node:child_process';
import { closeSync, cpSync, openSync, writeSync } from 'node:fs';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CairnError, type ContentDigest, readAll } from '@cairn/core';
import { nodeFileSystem } from '@cairn/file';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalStore, openStore } from '../src/index.js';
import { keyOf } from '../src/packs/pack-index.js';
import { report } from './report.js';
import { isFull, sample } from './scale.js';
import {
  type KnownFile,
  logFiles,
  makeSmallStore,
  type Pack,
  type SmallStore,
  totalBytes,
} from './small-store.js';

let base: string;
let template: string;
let folder: string;
let made: SmallStore;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'cairn-damage-'));
  template = join(base, 'template');
  folder = join(base, 'store');
  made = await makeSmallStore(template, join(base, 'source'));
});
afterEach(() => rm(base, { recursive: true }));

/** A byte of a pack. */
interface Place {
  readonly pack: Pack;
  readonly at: number;
}

function allPlaces(): Place[] {
  return made.packs.flatMap((pack) => Array.from(pack.bytes, (_, at) => ({ pack, at })));
}

/** The files that need a byte; none if it is in the table or the footer, which are not read for them. */
function usersOf({ pack, at }: Place): readonly KnownFile[] {
  const record = pack.records.find(({ start, length }) => start <= at && at < start + length);
  return record === undefined ? [] : (made.users.get(keyOf(record.digest)) ?? []);
}

/** What reading gives: the right bytes, wrong ones, or an error, of which the code is told if it names the blob. */
async function read(store: LocalStore, { digest, bytes }: KnownFile): Promise<string> {
  try {
    return Buffer.from(await readAll(store.blobs.open(digest))).equals(bytes) ? 'right' : 'WRONG';
  } catch (error) {
    return CairnError.is(error) && error.message.includes(digest) ? error.code : String(error);
  }
}

async function copy(store: LocalStore, { digest }: KnownFile, path: string): Promise<string> {
  try {
    for await (const _ of store.blobs.copyTo([{ digest, path }]));
    return 'written';
  } catch (error) {
    return CairnError.is(error) && error.message.includes(digest) ? error.code : String(error);
  }
}

/** Opens a fresh copy of the store. Its packs are other files than when they were finished, so all of them are suspect. */
async function openCopy(options: { readonly readOnly?: boolean } = {}): Promise<LocalStore> {
  await rm(folder, { recursive: true, force: true });
  cpSync(template, folder, { recursive: true });
  return openStore(folder, options);
}

const pathIn = ({ path }: Pack) => join(folder, 'packs', basename(path));

/** Damages a pack of a fresh copy, logs the files again, and checks that all can be read then. */
async function mend(damage: (path: string) => Promise<void>, pack: Pack, label: string): Promise<void> {
  const store = await openCopy();
  try {
    await damage(pathIn(pack));
    const digests = await logFiles(
      store,
      made.files.map(({ path }) => path),
    );
    expect(digests, label).toEqual(made.files.map(({ digest }) => digest));
    await expectAllRight(store, label);
    expect(await readdir(join(folder, 'tmp')), label).toEqual([]);
  } finally {
    await store.close();
  }
}

async function expectAllRight(store: LocalStore, label: string): Promise<void> {
  const copies = join(base, 'copies');
  await rm(copies, { recursive: true, force: true });
  await mkdir(copies);
  for (const [i, file] of made.files.entries()) {
    expect(await read(store, file), label).toBe('right');
    const path = join(copies, `${i}`);
    await writeFile(path, 'before');
  }
  const requests = made.files.map(({ digest }, i) => ({ digest, path: join(copies, `${i}`) }));
  for await (const _ of store.blobs.copyTo(requests));
  for (const [i, { bytes }] of made.files.entries())
    expect(Buffer.from(bytes).equals(await readFile(join(copies, `${i}`))), label).toBe(true);
}

async function overwrite(path: string, contents: Uint8Array): Promise<void> {
  await chmod(path, 0o644);
  await writeFile(path, contents);
}

function withOtherByte({ pack, at }: Place): Buffer {
  const bytes = Buffer.from(pack.bytes);
  bytes[at] = (bytes[at] as number) ^ (1 << (at % 8));
  return bytes;
}

it(
  'gives no wrong byte, whichever byte of the packs is changed, and says which blobs are damaged',
  async () => {
    const places = allPlaces();
    expect(places.length).toBe(totalBytes);
    const store = await openCopy({ readOnly: true });
    const target = join(base, 'target');
    await writeFile(target, 'before');
    let [found, unread] = [0, 0];
    for (const place of sample(places, 400)) {
      const { pack, at } = place;
      const label = `byte ${at} of ${pack.path}`;
      const users = usersOf(place);
      writeByte(pathIn(pack), at, withOtherByte(place)[at] as number);
      for (const file of made.files) {
        const expected = users.includes(file) ? 'integrity_mismatch' : 'right';
        expect(await read(store, file), label).toBe(expected);
      }
      for (const file of users) expect(await copy(store, file, target), label).toBe('integrity_mismatch');
      if (users.length > 0) found++;
      else unread++;
      writeByte(pathIn(pack), at, pack.bytes[at] as number);
    }
    expect(await readFile(target, 'utf8')).toBe('before');
    for (const file of made.files) expect(await read(store, file)).toBe('right');
    await store.close();
    report('No wrong byte is read', {
      'changed bytes': found + unread,
      'of them found by reading': found,
      'in tables, which reading needs not': unread,
    });
  },
  isFull ? 7_200_000 : 60_000,
);

function writeByte(path: string, at: number, value: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.of(value), 0, 1, at);
  closeSync(file);
}

it(
  'is mended by logging again, whichever byte was changed',
  async () => {
    const places = sample(allPlaces(), 16, 1024);
    for (const place of places) {
      await mend((path) => overwrite(path, withOtherByte(place)), place.pack, `byte ${place.at}`);
    }
    report('Logging again mends', { 'changed bytes': places.length });
  },
  isFull ? 7_200_000 : 60_000,
);

it(
  'is mended when a pack was cut, at any length',
  async () => {
    const places = sample(allPlaces(), 8, 512);
    for (const { pack, at } of places) {
      const cut = async (path: string) => {
        await chmod(path, 0o644);
        await truncate(path, at);
      };
      await mend(cut, pack, `cut to ${at} bytes`);
    }
    report('Logging again mends', { cuts: places.length });
  },
  isFull ? 7_200_000 : 60_000,
);

describe('a pack that', () => {
  it('has more bytes than it had', async () => {
    for (const pack of made.packs)
      await mend((path) => overwrite(path, Buffer.concat([pack.bytes, Buffer.of(0)])), pack, 'more bytes');
  });

  it('is gone', async () => {
    for (const pack of made.packs) {
      await mend(
        async (path) => {
          await unlink(path);
          await expectDamaged(pack);
        },
        pack,
        'no pack',
      );
    }
  });

  it('has the bytes of another one', async () => {
    const [first, second] = made.packs as [Pack, Pack];
    await mend((path) => overwrite(path, second.bytes), first, 'another pack');
  });

  it.skipIf(process.platform === 'win32')('was replaced by a link is not read', async () => {
    for (const pack of made.packs) {
      await mend(
        async (path) => {
          const outside = join(base, 'outside');
          await rename(path, outside);
          await symlink(outside, path);
          await expectDamaged(pack);
        },
        pack,
        'a link',
      );
    }
  });

  it('was replaced by a folder', async () => {
    const [pack] = made.packs as [Pack];
    await mend(
      async (path) => {
        await unlink(path);
        await mkdir(path);
        await expectDamaged(pack);
      },
      pack,
      'a folder',
    );
  });

  it.skipIf(process.platform === 'win32')('was replaced by a pipe makes nobody wait', async () => {
    const [pack] = made.packs as [Pack];
    await mend(
      async (path) => {
        await unlink(path);
        expect(spawnSync('mkfifo', [path]).status).toBe(0);
        await expectDamaged(pack);
      },
      pack,
      'a pipe',
    );
  });

  /** Checks that all that needs a pack says so, and nothing else suffers. */
  async function expectDamaged(pack: Pack): Promise<void> {
    const store = await openStore(folder, { readOnly: true });
    const target = join(base, 'target');
    for (const file of made.files) {
      const isUser = pack.records.some(
        ({ digest, length }) => length > 0 && made.users.get(keyOf(digest))?.includes(file),
      );
      const isEmptyUser = pack.records.some(({ digest }) => made.users.get(keyOf(digest))?.includes(file));
      if (!isUser && isEmptyUser) continue; // no byte of it was lost
      expect(await read(store, file)).toBe(isUser ? 'integrity_mismatch' : 'right');
      if (isUser) expect(await copy(store, file, target)).toBe('integrity_mismatch');
    }
    await expect(stat(target)).rejects.toThrow('ENOENT');
    await store.close();
  }
});

describe('files that look as they did', () => {
  /** Logs all files, and says how many of them were read. */
  async function logAgain(): Promise<number> {
    let reads = 0;
    const { sync } = nodeFileSystem;
    const openSync: typeof sync.openSync = (path, ...rest) => {
      if (String(path).startsWith(join(base, 'source'))) reads++;
      return sync.openSync(path, ...rest);
    };
    const store = await openStore(template, { fs: { ...nodeFileSystem, sync: { ...sync, openSync } } });
    await logFiles(
      store,
      made.files.map(({ path }) => path),
    );
    await store.close();
    return reads;
  }

  async function expectMended(): Promise<void> {
    const store = await openStore(template);
    await expectAllRight(store, 'mended');
    await store.close();
  }

  beforeEach(async () => {
    await sleep(100); // so that the clock of the file system moves on
    expect(await logAgain()).toBe(made.files.length);
    expect(await logAgain()).toBe(0);
  });

  it('are read again once a pack looks other than it did', async () => {
    const [pack] = made.packs as [Pack];
    await overwrite(pack.path, withOtherByte({ pack, at: 0 }));
    expect(await logAgain()).toBe(made.files.length);
    await expectMended();
  });

  it('are read again once a pack is gone', async () => {
    await unlink(made.packs[0]?.path as string);
    expect(await logAgain()).toBe(made.files.length);
    await expectMended();
  });

  it('are read again once damage was read that the file system knows nothing of', async () => {
    const [pack] = made.packs as [Pack];
    await overwrite(pack.path, withOtherByte({ pack, at: 0 }));
    const { mtimeMs, ctimeMs } = await stat(pack.path);
    const { DatabaseSync } = await import('@photostructure/sqlite');
    const database = new DatabaseSync(join(template, 'cairn.db'));
    const name = basename(pack.path, '.pack');
    database
      .prepare('UPDATE packs SET mtime_ms = ?, ctime_ms = ? WHERE name = ?')
      .run(mtimeMs, ctimeMs, name);
    database.close();
    expect(await logAgain()).toBe(0);
    const store = await openStore(template);
    const [file] = usersOf({ pack, at: 0 }) as [KnownFile];
    expect(await read(store, file)).toBe('integrity_mismatch');
    await store.close();
    expect(await logAgain()).toBe(made.files.length);
    await expectMended();
  });
});

it('reaches nothing outside by what is no digest', async () => {
  const store = await openCopy();
  for (const wrong of ['blake3:../../../../etc/passwd', 'blake3:', '../x', `sha256:${'0'.repeat(64)}`]) {
    const bytes = new Uint8Array();
    expect(await read(store, { digest: wrong as ContentDigest, bytes, path: '' })).toBe('not_found');
    expect(await store.blobs.has([wrong as ContentDigest])).toEqual(new Set());
  }
  await store.close();
});
