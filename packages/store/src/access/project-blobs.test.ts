import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type BlobStore,
  CairnError,
  type ContentDigest,
  type Entry,
  readAll,
  type WrittenManifest,
  writeManifest,
} from '@cairn/core';
import { describe, expect, it } from 'vitest';
import { accessPlaces, machine } from '../../test/access-places.js';
import { startLimitMs } from '../../test/catalogs.js';
import { collection, commit, log, randomBytes } from '../../test/maintained-store.js';
import { putAll, readBlob } from '../../test/put.js';
import { scratchFolder } from '../../test/scratch.js';
import { rawDigest } from '../packs/pack-format.js';
import { all, run } from '../sql/step.js';
import type { ProjectBlobs } from './access.js';
import { sqlAccess } from './sql-access.js';

const ours = { entity: 'acme', project: 'pets' };
const theirs = { entity: 'acme', project: 'cars' };
const small = Buffer.from('a secret');
const large = Buffer.from(randomBytes(1, 700_000));

const bytes = (data: Uint8Array) => ({ kind: 'bytes', bytes: data }) as const;

async function put(blobs: BlobStore, contents: readonly Uint8Array[]): Promise<ContentDigest[]> {
  return (await putAll(blobs, contents.map(bytes))).map(({ digest }) => digest);
}

async function store(
  blobs: BlobStore,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<WrittenManifest> {
  const digests = await put(blobs, Object.values(files));
  return writeFiles(blobs, Object.keys(files), digests);
}

function writeFiles(blobs: BlobStore, paths: readonly string[], digests: readonly ContentDigest[]) {
  const entries = paths.map((path, i): Entry => {
    return { kind: 'file', path, digest: digests[i] as ContentDigest, size: 1 };
  });
  return writeManifest(entries, blobs, { name: 'cairn.default', config: {} });
}

describe.each(accessPlaces)('the blobs of a project on %s', { timeout: startLimitMs }, (_, open) => {
  it('are those that were put in it, and can be read there', async () => {
    const { store } = await open();
    const blobs = store.access.blobsOf(ours);
    const digests = await put(blobs, [small, large]);
    expect(await blobs.has(digests)).toEqual(new Set(digests));
    expect(await readBlob(blobs, digests[0] as ContentDigest)).toEqual(small);
    expect((await readBlob(blobs, digests[1] as ContentDigest)).equals(large)).toBe(true);
    const part = blobs.open(digests[1] as ContentDigest, { range: { start: 300_000, end: 300_010 } });
    expect(Buffer.from(await readAll(part))).toEqual(large.subarray(300_000, 300_010));
    const path = join(scratchFolder(), 'copy');
    for await (const _ of blobs.copyTo([{ digest: digests[1] as ContentDigest, path }]));
    expect(await blobs.basis()).toBe(await store.blobs.basis());
  });

  it('are known again when they come again, and new where they were not', async () => {
    const { store } = await open();
    const [mine, other] = [store.access.blobsOf(ours), store.access.blobsOf(theirs)];
    const created = async (blobs: BlobStore, contents: readonly Uint8Array[]) =>
      (await putAll(blobs, contents.map(bytes))).map((result) => result.created);
    expect(await created(mine, [small, large, small])).toEqual([true, true, false]);
    expect(await created(mine, [small, large])).toEqual([false, false]);
    expect(await created(other, [small, large, small])).toEqual([true, true, false]);
    expect(await created(other, [small, large])).toEqual([false, false]);
  });

  it('have their segments and chunks with them', async () => {
    const { store, database } = await open();
    await put(store.access.blobsOf(ours), [small, large]);
    const rows = await database.read(() => all('SELECT digest FROM objects'));
    const digests = rows.map(({ digest }) => digest as Uint8Array);
    expect(digests.length).toBeGreaterThan(4);
    expect(await store.access.linked(ours, digests)).toEqual(new Uint8Array(digests.length).fill(1));
    expect(await store.access.linked(theirs, digests)).toEqual(new Uint8Array(digests.length));
  });

  it('are nothing to who only knows their digests, by whatever method', async () => {
    const { store, database } = await open();
    const manifest = await (async () => {
      const blobs = store.access.blobsOf(theirs);
      return writeFiles(blobs, ['large', 'small'], await put(blobs, [large, small]));
    })();
    const mine = store.access.blobsOf(ours);
    await put(mine, [Buffer.from('something of my own')]);
    const rows = await database.read(() => all('SELECT digest FROM objects'));
    const own = await mine.has(rows.map((row) => nameOf(row.digest as Uint8Array)));
    const secrets = rows.map((row) => nameOf(row.digest as Uint8Array)).filter((digest) => !own.has(digest));
    expect(secrets.length).toBeGreaterThan(5);
    expect(secrets).toContain(manifest.blob);
    const absent = `blake3:${'5'.repeat(64)}` as const;

    const folder = scratchFolder();
    const path = join(folder, 'copy');
    for (const digest of secrets) {
      expect(await mine.has([digest])).toEqual(new Set());
      expect(await store.access.linked(ours, [rawDigest(digest)])).toEqual(new Uint8Array(1));
      const tries: readonly ((digest: ContentDigest) => Promise<unknown>)[] = [
        (wanted) => readAll(mine.open(wanted)),
        (wanted) => readAll(mine.open(wanted, { range: { start: 0, end: 1 } })),
        (wanted) => drain(mine.copyTo([{ digest: wanted, path }])),
        (wanted) => drain(mine.copyTo(oneByOne([{ digest: wanted, path }]))),
        (wanted) => mine.checkManifest(wanted),
        async (wanted) => mine.checkManifest((await writeFiles(mine, ['taken'], [wanted])).blob),
      ];
      for (const attempt of tries) {
        const refused = await failureOf(attempt(digest));
        const missing = await failureOf(attempt(absent));
        expect(refused.code).toBe('not_found');
        expect(refused.message.replaceAll(digest, absent)).toBe(missing.message);
        expect(refused.hint).toBe(missing.hint);
      }
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it('are not those of another algorithm', async () => {
    const { store } = await open();
    const mine = store.access.blobsOf(ours);
    const [digest] = await put(mine, [small]);
    const other = digest?.replace('blake3', 'sha256') as ContentDigest;
    expect(await mine.has([other, 'nonsense' as ContentDigest])).toEqual(new Set());
    await expect(readAll(mine.open(other))).rejects.toMatchObject({ code: 'not_found' });
    const taken = await writeFiles(mine, ['a'], [other]);
    await expect(mine.checkManifest(taken.blob)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('are copied up to the first that is none, and files are made of nothing else', async () => {
    const { store } = await open();
    const [secret] = await put(store.access.blobsOf(theirs), [small]);
    const mine = store.access.blobsOf(ours);
    const [own] = await put(mine, [large]);
    const folder = scratchFolder();
    mkdirSync(join(folder, 'a'));
    const requests = [
      { digest: own as ContentDigest, path: join(folder, 'a', 'own') },
      { digest: secret as ContentDigest, path: join(folder, 'a', 'secret') },
    ];
    // A file that is right already is no way to find out either.
    writeFileSync(join(folder, 'a', 'right'), small);
    const right = { digest: secret as ContentDigest, path: join(folder, 'a', 'right') };
    await drain(store.access.blobsOf(theirs).copyTo([right]));
    for (const list of [requests, oneByOne(requests), [right]]) {
      await expect(drain(mine.copyTo(list))).rejects.toMatchObject({ code: 'not_found' });
    }
    expect(readdirSync(join(folder, 'a')).filter((name) => name === 'secret')).toEqual([]);
  });

  it('become a project’s when its own bytes are put, and not before the put has ended', async () => {
    const { store } = await open();
    await put(store.access.blobsOf(theirs), [small]);
    const mine = store.access.blobsOf(ours);
    for await (const { digest } of mine.put([bytes(small)])) {
      expect(await mine.has([digest])).toEqual(new Set());
      break;
    }
    const [digest] = await put(mine, [small]);
    expect(await readBlob(mine, digest as ContentDigest)).toEqual(small);
  });

  it('are left alone by who aborts', async () => {
    const { store } = await open();
    const mine = store.access.blobsOf(ours);
    const [digest] = await put(mine, [small]);
    const reason = new Error('never mind');
    const signal = AbortSignal.abort(reason);
    const path = join(scratchFolder(), 'copy');
    const tries = [
      () => mine.has([digest as ContentDigest], { signal }),
      () => readAll(mine.open(digest as ContentDigest, { signal })),
      () => drain(mine.copyTo([{ digest: digest as ContentDigest, path }], { signal })),
      () => drain(mine.put([bytes(small)], { signal })),
      () => mine.checkManifest(digest as ContentDigest, { signal }),
    ];
    for (const attempt of tries) await expect(attempt()).rejects.toBe(reason);
  });
});

describe.each(accessPlaces)('a manifest of a project on %s', { timeout: startLimitMs }, (_, open) => {
  it('passes with all that it names, and says under which basis', async () => {
    const place = await open();
    const mine = place.store.access.blobsOf(ours);
    const manifest = await store(mine, { large, small });
    expect(await mine.checkManifest(manifest.blob)).toBe(await mine.basis());
  });

  it('is refused for an entry that is another project’s, which is named', async () => {
    const place = await open();
    const [secret] = await put(place.store.access.blobsOf(theirs), [small]);
    const mine = place.store.access.blobsOf(ours);
    const [own] = await put(mine, [large]);
    const manifest = await writeFiles(
      mine,
      ['own', 'taken'],
      [own as ContentDigest, secret as ContentDigest],
    );
    for (let i = 0; i < 2; i++) {
      await expect(mine.checkManifest(manifest.blob)).rejects.toMatchObject({
        code: 'not_found',
        message: expect.stringMatching(/"acme\/pets" has no blob blake3:.*"taken"/),
      });
    }
    await put(mine, [small]);
    await mine.checkManifest(manifest.blob);
  });

  it('is refused for a leaf, or extras, that another project stored', async () => {
    const place = await open();
    const [mine, other] = [place.store.access.blobsOf(ours), place.store.access.blobsOf(theirs)];
    const entry: Entry = {
      kind: 'reference',
      path: 'cat.png',
      uri: 's3://bucket/cat.png',
      digest: 'etag:"1"',
      extra: { versionId: 'x' },
    };
    const policy = { name: 'cairn.default', config: {} };
    const manifest = await writeManifest([entry], other, policy);
    // Whoever has the index only has written down digests.
    const index = await readBlob(other, manifest.blob);
    await put(mine, [index]);
    await expect(mine.checkManifest(manifest.blob)).rejects.toMatchObject({ code: 'not_found' });
    const [leaf, extras] = JSON.parse(`[${index.toString().trim().split('\n')[1]}]`).flatMap(
      (line: { leaf: string; extras: string }) => [line.leaf, line.extras],
    ) as [ContentDigest, ContentDigest];
    await put(mine, [await readBlob(other, leaf)]);
    await expect(mine.checkManifest(manifest.blob)).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining(extras),
    });
    await put(mine, [await readBlob(other, extras)]);
    await mine.checkManifest(manifest.blob);
  });

  it('costs what is new of it', async () => {
    const place = await open();
    const { database } = place;
    let opened = 0;
    const blobs: BlobStore = {
      ...place.store.blobs,
      open(digest, options) {
        opened++;
        return place.store.blobs.open(digest, options);
      },
    };
    const access = sqlAccess({ database, blobs, partsOf: async () => [], smallBytes: Number.MAX_VALUE });
    const mine = access.blobsOf(ours);
    const [a, b] = (await put(mine, [small, Buffer.from('another')])) as [ContentDigest, ContentDigest];
    const paths = Array.from({ length: 5000 }, (_, i) => `${String(i).padStart(5, '0')}.txt`);
    const first = await writeFiles(
      mine,
      paths,
      paths.map(() => a),
    );
    const edited = await writeFiles(
      mine,
      paths,
      paths.map((_, i) => (i === 0 ? b : a)),
    );
    const cost = async (manifest: WrittenManifest) => {
      opened = 0;
      await mine.checkManifest(manifest.blob);
      return opened;
    };
    expect(await cost(first)).toBeGreaterThan(4);
    expect(await cost(first)).toBe(0);
    expect(await cost(edited)).toBe(2);
  });

  it('is looked at again in another epoch of garbage collection', async () => {
    const { store: whole, database } = await open();
    const mine = whole.access.blobsOf(ours);
    const manifest = await store(mine, { 'a.txt': small });
    await mine.checkManifest(manifest.blob);
    const [digest] = await put(mine, [small]);
    await database.write(() => run('DELETE FROM links WHERE digest = ?', [rawDigest(digest as string)]));
    await mine.checkManifest(manifest.blob);
    await database.write(() => run("INSERT INTO engine_state (name, value) VALUES ('epoch', 7)"));
    await expect(mine.checkManifest(manifest.blob)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is looked at again when garbage was collected since, and passes no more when something went', async () => {
    const place = await open();
    const { store: whole, database } = place;
    const mine = whole.access.blobsOf(ours);
    const basis = await mine.basis();
    const manifest = await store(mine, { 'a.txt': small });
    await mine.checkManifest(manifest.blob, { basis });
    await place.store.gc({ graceMs: -1000 });
    await expect(mine.checkManifest(manifest.blob, { basis })).rejects.toMatchObject({
      code: 'conflict',
      isRetryable: true,
    });
    const again = await mine.basis();
    expect(again).not.toBe(basis);
    await expect(mine.checkManifest(manifest.blob, { basis: again })).rejects.toMatchObject({
      code: 'not_found',
    });
    // The index and the leaf alone, as a client would store who takes the rest for there.
    await writeFiles(
      mine,
      ['a.txt'],
      [(await put(whole.access.blobsOf(theirs), [small]))[0] as ContentDigest],
    );
    await expect(mine.checkManifest(manifest.blob, { basis: again })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await database.read(() => all('SELECT digest FROM checked_manifests'))).toEqual([]);
  });
});

describe.each(accessPlaces)('links on %s', { timeout: startLimitMs }, (_, open) => {
  it('are there for what was logged without a server, once somebody asks', async () => {
    const { store } = await open();
    const version = await log(store, { 'large.bin': large, 'small.txt': small });
    const local = store.access.blobsOf(collection);
    await local.checkManifest(version.manifest);
    const again = await log(store, { 'large.bin': large, 'new.txt': 'new' });
    const [fresh] = await put(store.blobs, [Buffer.from('new')]);
    expect(Buffer.from(await readAll(local.open(fresh as ContentDigest))).toString()).toBe('new');
    await local.checkManifest(again.manifest);
    // Never logged, so nobody's.
    const [loose] = await put(store.blobs, [Buffer.from('loose')]);
    expect(await local.has([loose as ContentDigest])).toEqual(new Set());
    expect(await store.access.blobsOf(ours).has([fresh as ContentDigest])).toEqual(new Set());
  });

  it('of a version whose manifest is damaged are left out, and others made', async () => {
    const { store, database } = await open();
    const broken = await log(store, { 'a.txt': 'a' });
    await log(store, { 'b.txt': 'b' });
    await database.write(() => run('DELETE FROM objects WHERE digest = ?', [rawDigest(broken.manifest)]));
    const digests = await put(store.blobs, [Buffer.from('a'), Buffer.from('b')]);
    expect(await store.access.blobsOf(collection).has(digests)).toEqual(new Set([digests[1]]));
  });

  it('are forgotten with what is gone, and with their project', async () => {
    const { store, database } = await open();
    const count = async () =>
      Number((await database.read(() => all('SELECT count(*) AS n FROM links')))[0]?.n);
    await log(store, { 'large.bin': large });
    const mine = store.access.blobsOf(ours);
    await put(mine, [large, small]);
    await put(store.access.blobsOf(theirs), [small, Buffer.from('loose')]);
    const before = await count();
    await store.gc({ graceMs: -1000 });
    expect(await count()).toBe(before - 3);
    const [digest] = await put(store.access.blobsOf(theirs), [small]);
    expect(await mine.has([digest as ContentDigest])).toEqual(new Set());
    await store.access.deleteProject(ours, machine);
    expect(await mine.has(await put(store.blobs, [large]))).toEqual(new Set());
    await store.gc();
    expect(await count()).toBe(1);
  });

  it('stay while garbage is collected around them', async () => {
    const { store } = await open();
    const mine = store.access.blobsOf(ours);
    const digests = await put(mine, [small, large]);
    await store.gc();
    expect(await mine.has(digests)).toEqual(new Set(digests));
    expect((await readBlob(mine, digests[1] as ContentDigest)).equals(large)).toBe(true);
  });

  it('to what is condemned count as none', async () => {
    const { store, database } = await open();
    const [digest] = (await put(store.access.blobsOf(ours), [small])) as [ContentDigest];
    await database.write(() => run('UPDATE objects SET condemned = 1'));
    expect(await store.access.linked(ours, [rawDigest(digest)])).toEqual(new Uint8Array(1));
    await put(store.access.blobsOf(ours), [small]);
    expect(await store.access.linked(ours, [rawDigest(digest)])).toEqual(new Uint8Array([1]));
  });

  it('of many digests are found among others', async () => {
    const { store, database } = await open();
    const digests = Array.from({ length: 20_000 }, (_, i) => randomDigest(i));
    await store.access.link(
      ours,
      digests.filter((_, i) => i % 3 === 0),
    );
    await store.access.link(
      ours,
      digests.filter((_, i) => i % 6 === 0),
    );
    expect((await store.access.linked(ours, digests)).includes(1)).toBe(false);
    await database.write(function* () {
      yield* run(`INSERT INTO objects (digest, kind, pack_id, start, length, size)
        SELECT digest, 0, 1, 0, 1, 1 FROM links`);
    });
    const found = await store.access.linked(ours, digests);
    expect(found).toEqual(Uint8Array.from(digests, (_, i) => (i % 3 === 0 ? 1 : 0)));
    expect(await store.access.linked(ours, [])).toEqual(new Uint8Array());
  });
});

it('a version that was committed after its manifest was checked is whole', async () => {
  const [, open] = accessPlaces[0] as (typeof accessPlaces)[number];
  const { store: whole } = await open();
  const mine: ProjectBlobs = whole.access.blobsOf(collection);
  const manifest = await store(mine, { 'a.txt': small });
  await commit(whole, manifest, await mine.checkManifest(manifest.blob));
});

function randomDigest(seed: number): Uint8Array {
  return randomBytes(seed, 32);
}

function nameOf(digest: Uint8Array): ContentDigest {
  return `blake3:${Buffer.from(digest).toString('hex')}`;
}

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

async function* oneByOne<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function failureOf(call: Promise<unknown>): Promise<CairnError> {
  const error = await call.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (!CairnError.is(error)) expect.unreachable('nothing was refused');
  return error;
}
