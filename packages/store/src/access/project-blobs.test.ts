import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BlobStore, CairnError, type ContentDigest, readAll } from '@cairn/core';
import { describe, expect, it } from 'vitest';
import { digestPlaces } from '../../test/access-places.js';
import { startLimitMs } from '../../test/catalogs.js';
import { large, ours, put, small, theirs, writeFiles } from '../../test/project-puts.js';
import { putAll, readBlob } from '../../test/put.js';
import { scratchFolder } from '../../test/scratch.js';
import { rawDigest } from '../packs/pack-format.js';
import { all } from '../sql/step.js';

const bytes = (data: Uint8Array) => ({ kind: 'bytes', bytes: data }) as const;

describe.each(digestPlaces)('the blobs of a project on %s', { timeout: startLimitMs }, (_, open) => {
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
    const digests = database.form.objects.fromStored(rows.map(({ digest }) => digest as Uint8Array));
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
    const { objects } = database.form;
    const names = objects.fromStored(rows.map(({ digest }) => digest as Uint8Array)).map(nameOf);
    const own = await mine.has(names);
    const secrets = names.filter((digest) => !own.has(digest));
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
