import { randomBytes } from 'node:crypto';
import { type ContentDigest, type ObjectStore, readAll } from '@cairn/core';
import { memoryObjectStore } from '@cairn/core/memory';
import { describe, expect, it, onTestFinished } from 'vitest';
import { rawDigest } from '../src/packs/pack-format.js';
import { decodeRows } from '../src/packs/recipe.js';
import { type DirectPart, openTeamStore, type TeamStore } from '../src/postgres.js';
import { anyPostgresPool } from './catalogs.js';

/* What a plan lets its reader see. Signing itself is the bucket's: here, a URL says what was signed. */

const MiB = 1024 * 1024;

interface Signed {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

async function signedStore(
  signRead: ObjectStore['signRead'] = async (key, { start, end }) => ({
    method: 'GET',
    url: JSON.stringify({ key, start, end } satisfies Signed),
    headers: { range: `bytes=${start}-${end - 1}` },
  }),
): Promise<{ store: TeamStore; objects: ObjectStore }> {
  const { pool, dispose } = await anyPostgresPool();
  const objects = { ...memoryObjectStore(), ...(signRead === undefined ? {} : { signRead }) };
  const store = await openTeamStore({ pool, objects });
  onTestFinished(async () => {
    await store.close();
    await dispose();
  });
  return { store, objects };
}

async function put(store: TeamStore, ...all: Uint8Array[]): Promise<ContentDigest[]> {
  const digests: ContentDigest[] = [];
  const sources = all.map((bytes) => ({ kind: 'bytes', bytes }) as const);
  for await (const { index, digest } of store.blobs.put(sources)) digests[index] = digest;
  return digests;
}

async function planned(store: TeamStore, digest: ContentDigest, at = 0): Promise<readonly DirectPart[]> {
  return (await store.planRead?.(rawDigest(digest), { at }))?.parts ?? [];
}

/** What a part's request brings, and what of it is the blob's. */
async function fetched(objects: ObjectStore, { direct }: DirectPart) {
  if (direct === undefined) return undefined;
  const { key, start, end } = JSON.parse(direct.request.url) as Signed;
  const all = Buffer.from(await readAll(objects.open(key, { range: { start, end } })));
  const own: Buffer[] = [];
  const others: Buffer[] = [];
  let at = 0;
  for (const { digest, length } of decodeRows(direct.rows)) {
    const isOther = digest.every((byte) => byte === 0);
    (isOther ? others : own).push(all.subarray(at, at + length));
    at += length;
  }
  expect(at).toBe(all.length);
  return { own: Buffer.concat(own), others };
}

describe('a plan to read a blob from the bucket', () => {
  it('brings the blob, in parts that follow each other', async () => {
    const { store, objects } = await signedStore();
    const bytes = randomBytes(11 * MiB);
    const [digest] = await put(store, bytes);
    const parts = await planned(store, digest as ContentDigest);
    let place = 0;
    let direct = 0;
    for (const part of parts) {
      expect(part.start).toBe(place);
      place = part.end;
      const came = await fetched(objects, part);
      if (came === undefined) continue;
      expect(came.own.equals(bytes.subarray(part.start, part.end))).toBe(true);
      direct += came.own.length;
    }
    expect(place).toBe(bytes.length);
    expect(direct).toBeGreaterThan(0.9 * bytes.length);
    expect(parts.length).toBeLessThan(8);
  });

  it('begins with the chunk that has the byte that is asked for', async () => {
    const { store, objects } = await signedStore();
    const bytes = randomBytes(6 * MiB);
    const [digest] = await put(store, bytes);
    for (const at of [0, 1, 2 * MiB + 77, 4 * MiB]) {
      const [first] = await planned(store, digest as ContentDigest, at);
      if (first === undefined) throw new Error('there is no part');
      expect(first.start).toBeLessThanOrEqual(at);
      expect(first.start).toBeGreaterThan(at - 256 * 1024);
      expect(first.end).toBeGreaterThan(at);
      const came = await fetched(objects, first);
      expect(came?.own.equals(bytes.subarray(first.start, first.end)) ?? true).toBe(true);
    }
    expect(await planned(store, digest as ContentDigest, 6 * MiB)).toEqual([]);
    expect(await planned(store, digest as ContentDigest, 2 ** 45)).toEqual([]);
  });

  it('covers no byte of other blobs, however they lie in the same packs', async () => {
    const { store, objects } = await signedStore();
    const common = randomBytes(3 * MiB);
    const secret = randomBytes(3 * MiB);
    const mine = Buffer.concat([randomBytes(2 * MiB), common, randomBytes(2 * MiB), common.subarray(0, MiB)]);
    const small = Array.from({ length: 20 }, () => randomBytes(5000));
    // In one put, so in one pack; what is common is there once, between what isn't.
    const all = [secret, Buffer.concat([randomBytes(MiB), common, secret]), mine, ...small];
    const digests = await put(store, ...all);
    const parts = await planned(store, digests[2] as ContentDigest);
    let direct = 0;
    for (const part of parts) {
      const came = await fetched(objects, part);
      if (came === undefined) continue;
      expect(came.own.equals(mine.subarray(part.start, part.end))).toBe(true);
      direct += came.own.length;
      // What is passed over lists chunks of this blob, and is nothing else.
      for (const other of came.others) {
        for (const row of decodeRows(other)) {
          const chunk = await readAll(store.blobs.open(`blake3:${Buffer.from(row.digest).toString('hex')}`));
          expect(mine.includes(Buffer.from(chunk))).toBe(true);
        }
      }
    }
    expect(direct).toBeGreaterThan(4 * MiB);
  });

  it('is there for no short blob, and for none that is not there', async () => {
    const { store } = await signedStore();
    const [short] = await put(store, randomBytes(100_000));
    expect(await planned(store, short as ContentDigest)).toEqual([]);
    await expect(planned(store, `blake3:${'0'.repeat(64)}`)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is there for nothing where nothing can be signed', async () => {
    const { store } = await signedStore(async () => undefined);
    const [digest] = await put(store, randomBytes(6 * MiB));
    expect(await planned(store, digest as ContentDigest)).toEqual([]);
  });

  it('can’t be asked of a store whose bucket signs nothing', async () => {
    const { pool, dispose } = await anyPostgresPool();
    const store = await openTeamStore({ pool, objects: memoryObjectStore() });
    expect(store.planRead).toBeUndefined();
    await store.close();
    await dispose();
  });
});
