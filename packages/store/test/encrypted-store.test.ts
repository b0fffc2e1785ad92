import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expectCairnError, testBlobStore } from '@cairn/conformance';
import { type ContentDigest, readAll } from '@cairn/core';
import { nodeFileSystem } from '@cairn/file';
import { beforeEach, describe, expect, it } from 'vitest';
import { packFiles } from '../src/encryption/encrypted-files.js';
import {
  backupStore,
  type LocalStore,
  newEncryptionKey,
  type OpenStoreOptions,
  openStore,
  restoreStore,
} from '../src/index.js';
import { OpenPack } from '../src/packs/open-pack.js';
import { damageEncrypted, dataKeyOf, placeInFile } from './damage-encrypted.js';
import { hasher } from './ingest-context.js';
import { log, randomBytes, readVersions } from './maintained-store.js';
import { noise, scratchFolder } from './scratch.js';
import { data, largeBlob, pack } from './sent-pack.js';

const key = newEncryptionKey();
const encryption = { key };
/** What no file of an encrypted store may have. */
const marker = 'a text that nobody may read';

testBlobStore('encrypted packs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-blobs-'));
  const stores: LocalStore[] = [];
  const open = async () => {
    const store = await openStore(folder, { encryption });
    stores.push(store);
    return store.blobs;
  };
  return {
    blobs: await open(),
    capabilities: ['paths' as const],
    reopen: open,
    damage: (digest: ContentDigest) => damageEncrypted(folder, digest, encryption),
    async dispose() {
      await Promise.all(stores.map((store) => store.close()));
      await rm(folder, { recursive: true });
    },
  };
});

describe('an encrypted store', () => {
  let folder: string;
  let store: LocalStore;

  async function open(options: OpenStoreOptions = {}): Promise<LocalStore> {
    return openStore(folder, { encryption, ...options });
  }

  beforeEach(async () => {
    folder = join(scratchFolder(), 'store');
    store = await open();
    return () => store.close();
  });

  it('has nothing of its contents in any of its files', async () => {
    const text = `${marker}\n`.repeat(5000);
    await log(store, { 'small.txt': marker, 'large.txt': text });
    const sent = pack([data(Buffer.from(`${marker} of somebody else`))]);
    await store.adoptPack([sent]);
    expect(filesWith(folder, marker)).toEqual([]);
    // So that the search is known to find it.
    await log(await plainStore(join(folder, '..', 'plain')), { 'small.txt': marker });
    expect(filesWith(join(folder, '..', 'plain'), marker)).toHaveLength(1);
  });

  it('has nothing of them in what is being written either', async () => {
    const { sync: fs } = nodeFileSystem;
    const files = packFiles(fs, await dataKeyOf(folder, encryption));
    const place = { fs, files, packs: join(folder, 'packs'), temp: join(folder, 'tmp') };
    const open = new OpenPack(place);
    open.write(Buffer.from(marker.repeat(100_000)));
    let seen = 0;
    const adopting = store.adoptPack(
      (async function* () {
        const bytes = pack([data(Buffer.from(marker.repeat(5_000)))]);
        yield bytes.subarray(0, 100_000);
        seen = readdirSync(join(folder, 'tmp')).length;
        expect(filesWith(folder, marker)).toEqual([]);
        yield bytes.subarray(100_000);
      })(),
    );
    await adopting;
    expect(seen).toBe(2);
    open.abandon();
  });

  it('agrees with its files to the byte, and frees what it says', async () => {
    const kept = await log(store, { a: randomBytes(1, 300_000), b: randomBytes(2, 10_000) });
    const other = await log(store, { a: randomBytes(3, 700_000) });
    const before = await store.stats();
    expect(before.packBytes).toBe(bytesIn(join(folder, 'packs')));
    expect(before).toMatchObject({ deadBytes: 0, strayBytes: 0 });
    expect(before.liveBytes + before.overheadBytes).toBe(before.packBytes);
    await store.catalog.deleteVersion(other.id, { deleteAliases: true });
    const { freedBytes, dead } = await store.gc({ graceMs: -1000, maxDead: 0 });
    expect(dead).toEqual({ young: 0, tolerated: 0, damaged: 0, disk_full: 0 });
    const after = await store.stats();
    expect(after.packBytes).toBe(bytesIn(join(folder, 'packs')));
    expect(after.packBytes).toBe(before.packBytes - freedBytes);
    expect(after.deadBytes).toBe(0);
    expect(kept.id).toBeDefined();
    expect(await readVersions(store)).toBe(1);
    expect((await store.verify()).problems).toEqual([]);
  });

  it('takes packs that others made', async () => {
    const chunks = [noise(200_000, 1), noise(200_000, 2)];
    const { chunks: records, segment, recipe } = largeBlob(chunks);
    await store.adoptPack([pack([...records, segment, recipe])]);
    const whole = Buffer.concat(chunks);
    expect(await readAll(store.blobs.open(hasher.hash(whole)))).toEqual(new Uint8Array(whole));
    expect((await store.verify()).ok).toBe(true);
  });

  it('is opened by its key alone, and says how', async () => {
    await log(store, { a: 'contents' });
    await store.close();
    const before = snapshot(folder);
    const other = newEncryptionKey();
    await expectCairnError(openStore(folder), 'unauthenticated');
    await expectCairnError(openStore(folder, { encryption: { key: other } }), 'forbidden');
    await expectCairnError(openStore(folder, { encryption: { key: key.slice(0, -1) } }), 'unauthenticated');
    await expectCairnError(openStore(folder, { encryption: { key: new Uint8Array(31) } }), 'unauthenticated');
    await expectCairnError(openStore(folder, { encryption: { key: () => undefined } }), 'unauthenticated');
    expect(snapshot(folder)).toEqual(before);
    const asked: unknown[] = [];
    const asking = { key: async (id?: string) => (asked.push(id) > 0 ? key : undefined) };
    await (await openStore(folder, { encryption: asking })).close();
    expect(asked).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/)]);
    rmSync(join(folder, 'KEYS'));
    await expectCairnError(open(), 'integrity_mismatch');
    store = await openStore(join(folder, '..', 'another'), { encryption });
  });

  it('is one that an earlier Cairn refuses, and a plain one is as it was', async () => {
    const format = JSON.parse(readFileSync(join(folder, 'FORMAT'), 'utf8'));
    expect(format).toMatchObject({ version: 4, encryption: 'aes-256-gcm' });
    const plain = join(folder, '..', 'plain');
    await plainStore(plain);
    expect(JSON.parse(readFileSync(join(plain, 'FORMAT'), 'utf8'))).toMatchObject({ version: 2 });
    expect(existsSync(join(plain, 'KEYS'))).toBe(false);
    await expectCairnError(openStore(plain, { encryption }), 'conflict');
    for (const wrong of [
      { ...format, version: 2 },
      // Its database would have digests as they are.
      { ...format, version: 3 },
      { ...format, encryption: 'rot13' },
    ]) {
      writeFileSync(join(folder, 'FORMAT'), JSON.stringify(wrong));
      await expectCairnError(open(), 'unsupported_format');
    }
  });

  it('is opened by another key after a rotation, and its packs are as they were', async () => {
    await log(store, { a: randomBytes(1, 200_000) });
    const packs = snapshot(join(folder, 'packs'));
    const [second, third] = [newEncryptionKey(), newEncryptionKey()];
    await store.rotateKey({ newKey: second, keepOthers: true });
    for (const each of [key, second]) await (await open({ encryption: { key: each } })).close();
    await store.rotateKey({ newKey: third });
    for (const each of [key, second])
      await expectCairnError(open({ encryption: { key: each } }), 'forbidden');
    // Who has it open goes on.
    await log(store, { a: randomBytes(2, 200_000) });
    await store.close();
    expect(snapshot(join(folder, 'packs'))).toMatchObject(packs);
    store = await open({ encryption: { key: third } });
    expect(await readVersions(store)).toBe(2);
    await expectCairnError(
      (await plainStore(join(folder, '..', 'plain'))).rotateKey({ newKey: key }),
      'conflict',
    );
  });

  it('is backed up as encrypted as it is, and restored with its key', async () => {
    await log(store, { a: marker, b: randomBytes(1, 100_000) });
    const [backup, target] = [join(folder, '..', 'backup'), join(folder, '..', 'restored')];
    await backupStore(folder, backup);
    expect(filesWith(backup, marker)).toEqual([]);
    await expectCairnError(restoreStore(backup, target), 'unauthenticated');
    await expectCairnError(
      restoreStore(backup, target, { encryption: { key: newEncryptionKey() } }),
      'forbidden',
    );
    expect(existsSync(target)).toBe(false);
    expect((await restoreStore(backup, target, { encryption })).ok).toBe(true);
    const restored = await openStore(target, { encryption });
    expect(await readVersions(restored)).toBe(1);
    await restored.close();
  });

  it('is damaged by any byte that is changed, and by any that is missing', async () => {
    await log(store, { a: randomBytes(1, 70_000), b: 'text' });
    const packs = join(folder, 'packs');
    for (const name of readdirSync(packs)) {
      const path = join(packs, name);
      const bytes = readFileSync(path);
      rmSync(path);
      const places = [0, 7, 8, 15, 16, 47, 48, bytes.length - 1, bytes.length - 16, bytes.length - 17];
      for (let at = 50; at < bytes.length; at += 9973) places.push(at);
      for (const at of places.filter((place) => place >= 0)) {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] as number) ^ 1;
        await expectDamaged(path, damaged, `byte ${at} of ${bytes.length}`);
      }
      for (const length of [0, 8, 47, 48, 60, 65_600, bytes.length - 1]) {
        if (length < bytes.length) await expectDamaged(path, bytes.subarray(0, length), `${length} bytes`);
      }
      await expectDamaged(path, Buffer.concat([bytes, Buffer.of(0)]), 'a byte too many');
      writeFileSync(path, bytes);
    }
    expect((await store.verify()).ok).toBe(true);

    async function expectDamaged(path: string, bytes: Uint8Array, what: string): Promise<void> {
      writeFileSync(path, bytes);
      expect((await store.verify()).ok, what).toBe(false);
      rmSync(path);
    }
  });

  it('mends what is damaged from the files that it remembers', async () => {
    const path = join(scratchFolder(), 'file');
    const bytes = randomBytes(1, 10_000);
    writeFileSync(path, bytes);
    // What was just written is not remembered.
    await sleep(100);
    for await (const _ of store.blobs.put([{ kind: 'path', path }]));
    await damageEncrypted(folder, hasher.hash(bytes), encryption);
    expect((await store.verify()).ok).toBe(false);
    expect((await store.verify({ repair: true })).ok).toBe(true);
  });

  it('loses no more than the block that is damaged, and is whole when that is stored again', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`file-${i}`, randomBytes(i + 1, 10_000)]),
    );
    const source = scratchFolder();
    const paths = Object.entries(files).map(([name, bytes]) => {
      writeFileSync(join(source, name), bytes);
      return join(source, name);
    });
    for await (const _ of store.blobs.put(paths.map((path) => ({ kind: 'path', path }) as const)));
    const [name] = readdirSync(join(folder, 'packs'));
    const path = join(folder, 'packs', name as string);
    const bytes = readFileSync(path);
    const at = placeInFile(2 * 65_536 + 1000);
    bytes[at] = (bytes[at] as number) ^ 1;
    rmSync(path);
    writeFileSync(path, bytes);
    const { problems } = await store.verify();
    // 65,536 bytes are six files and a part of another one, or five and parts of two.
    expect(problems).toHaveLength(7);
    expect(problems.every(({ kind }) => kind === 'damaged_record')).toBe(true);
    for await (const _ of store.blobs.put(paths.map((each) => ({ kind: 'path', path: each }) as const)));
    expect((await store.verify({ repair: true })).problems).toEqual([]);
  });
});

async function plainStore(folder: string): Promise<LocalStore> {
  return openStore(folder);
}

function everyFile(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

function filesWith(folder: string, text: string): string[] {
  return everyFile(folder).filter((path) => readFileSync(path).includes(text));
}

function snapshot(folder: string): Record<string, string> {
  return Object.fromEntries(everyFile(folder).map((path) => [path, readFileSync(path).toString('base64')]));
}

function bytesIn(folder: string): number {
  return everyFile(folder).reduce((sum, path) => sum + readFileSync(path).length, 0);
}
