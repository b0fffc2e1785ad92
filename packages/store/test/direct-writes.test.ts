import { expectCairnError } from '@cairn/conformance';
import { type ContentDigest, type ErrorCode, type ObjectStore, readAll } from '@cairn/core';
import { memoryObjectStore } from '@cairn/core/memory';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { openTeamStore, type TeamStore } from '../src/postgres.js';
import { anyPostgresPool, startLimitMs } from './catalogs.js';
import { readBlob } from './put.js';
import { noise } from './scratch.js';
import { data, largeBlob, pack, type SentRecord } from './sent-pack.js';

/* What comes of what others put into the bucket. Signing itself is the bucket's: here, a URL is the key that was signed. */

const KiB = 1024;
const mine = { owner: 'acme/bikes of ada' };
const all = { graceMs: -60_000, maxDead: 0 };
const chunks = [noise(200 * KiB, 1), noise(100 * KiB, 2)];
const blob = largeBlob(chunks);
const whole = [...blob.chunks, blob.segment, blob.recipe];
const nameOf = ({ digest }: SentRecord) => `blake3:${Buffer.from(digest).toString('hex')}` as ContentDigest;

beforeAll(async () => {
  // PostgreSQL in this process takes its time.
  await (await anyPostgresPool()).dispose();
}, startLimitMs);

interface Rig {
  readonly store: TeamStore;
  readonly objects: ObjectStore;
  /** A place for a pack, and what writes it there. */
  place(owner?: string): Promise<{ readonly token: string; write(bytes: Uint8Array): Promise<unknown> }>;
  adopt: NonNullable<TeamStore['adoptWritten']>;
  keys(): Promise<string[]>;
}

async function rig({ after = async () => undefined, now, ...more }: Options = {}): Promise<Rig> {
  const { pool, dispose } = await anyPostgresPool();
  const inner = memoryObjectStore();
  const objects: ObjectStore = {
    ...inner,
    signWrite: async (key) => ({ method: 'PUT', url: key, headers: {} }),
    async copy(from, to) {
      await inner.put(to, await readAll(inner.open(from)));
      await after(inner, from);
    },
    ...more,
  };
  const store = await openTeamStore({ pool, objects, now });
  onTestFinished(async () => {
    await store.close();
    await dispose();
  });
  return {
    store,
    objects,
    async place(owner = mine.owner) {
      const plan = await store.planWrite?.(1, { owner });
      if (plan === undefined) throw new Error('nothing is planned');
      return { token: plan.token, write: (bytes) => objects.put(plan.request.url, bytes) };
    },
    async adopt(token, options) {
      if (store.adoptWritten === undefined) throw new Error('nothing is adopted');
      return store.adoptWritten(token, options);
    },
    async keys() {
      const keys: string[] = [];
      for await (const { key } of objects.list('')) if (key.includes('/')) keys.push(key);
      return keys;
    },
  };
}

interface Options extends Partial<ObjectStore> {
  /** Called when the bucket has copied something. */
  readonly after?: (objects: ObjectStore, from: string) => Promise<unknown>;
  readonly now?: () => Date;
}

/** Has a store take what is written to a place, which it is to refuse. */
async function refused({ adopt, place }: Rig, bytes: Uint8Array, code: ErrorCode, maxBytes?: number) {
  const { token, write } = await place();
  await write(bytes);
  return expectCairnError(adopt(token, { ...mine, maxBytes }), code);
}

async function expectNothing({ store, keys }: Rig): Promise<void> {
  expect(await keys()).toEqual([]);
  expect((await store.blobs.has(whole.map(nameOf))).size).toBe(0);
  expect((await store.verify()).ok).toBe(true);
}

describe('a pack that is written to the bucket by who may send it', () => {
  it('is a pack of the store under another name, and nothing else is left of it', async () => {
    const { store, keys, place, adopt } = await rig();
    const { token, write } = await place();
    await write(pack(whole));
    const [incoming = ''] = await keys();
    const adopted = await adopt(token, mine);
    expect(adopted.digests).toHaveLength(whole.length);
    expect(adopted.size).toBe(pack(whole).length);
    const [key = '', ...others] = await keys();
    expect(others).toEqual([]);
    expect(key).toMatch(/^packs\/[0-9a-f]{32}$/);
    expect(key.slice(-32)).not.toBe(incoming.slice(-32));
    expect((await readBlob(store.blobs, nameOf(blob.recipe))).equals(Buffer.concat(chunks))).toBe(true);
    expect((await store.verify()).ok).toBe(true);
    const { packBytes, strayBytes, packCount } = await store.stats();
    expect({ packBytes, strayBytes, packCount }).toEqual({
      packBytes: pack(whole).length,
      strayBytes: 0,
      packCount: 1,
    });
  });

  it('is checked as it was copied, whatever is put to its place then', async () => {
    const found = await rig({ after: (objects, from) => objects.put(from, noise(500)) });
    const { token, write } = await found.place();
    await write(pack(whole));
    await found.adopt(token, mine);
    expect((await readBlob(found.store.blobs, nameOf(blob.recipe))).equals(Buffer.concat(chunks))).toBe(true);
    const before = await found.keys();
    // Whoever has the URL may write there for some minutes more.
    await write(pack([data(noise(9))]));
    expect((await found.store.verify()).ok).toBe(true);
    expect((await found.store.stats()).strayBytes).toBe(0);
    const { leftovers } = await found.store.gc();
    expect(leftovers).toEqual({ count: 1, bytes: pack([data(noise(9))]).length });
    expect(await found.keys()).toEqual(before);
  });

  it('is refused when it is none, or not what it says, and leaves nothing', async () => {
    const found = await rig();
    const sent = pack(whole);
    const changed = Buffer.from(sent);
    changed[1000] = (changed[1000] ?? 0) ^ 1;
    await refused(found, noise(1000), 'integrity_mismatch');
    await refused(found, new Uint8Array(), 'integrity_mismatch');
    await refused(found, changed, 'integrity_mismatch');
    await refused(found, sent.subarray(0, -1), 'integrity_mismatch');
    await refused(found, Buffer.concat([sent, noise(1)]), 'integrity_mismatch');
    await refused(
      found,
      pack([data(noise(5)), { ...data(noise(6)), digest: blob.recipe.digest }]),
      'integrity_mismatch',
    );
    await refused(found, sent, 'quota_exceeded', sent.length - 1);
    await expectNothing(found);
    const { packs, leftovers } = await found.store.gc(all);
    expect([packs.removed, leftovers.count]).toEqual([0, 0]);
  });

  it('relies on nothing that its owner may not know of', async () => {
    const found = await rig();
    await found.store.adoptPack([pack(blob.chunks)]);
    const before = await found.keys();
    const { token, write } = await found.place();
    await write(pack([blob.segment, blob.recipe]));
    const linked = async (digests: readonly Uint8Array[]) => new Uint8Array(digests.length);
    await expectCairnError(found.adopt(token, { ...mine, linked }), 'conflict');
    expect(await found.keys()).toEqual(before);
    expect((await found.store.blobs.has([nameOf(blob.recipe)])).size).toBe(0);
  });

  it('is taken from its owner alone, and once', async () => {
    const { adopt, place, keys } = await rig();
    const { token, write } = await place();
    await write(pack(whole));
    const errors: string[] = [];
    for (const [shown, owner] of [
      [token, 'acme/secret of ada'],
      [token, 'acme/bikes of bob'],
      [`${token}a`, mine.owner],
      ['', mine.owner],
      ['../../p2/x', mine.owner],
    ] as const) {
      errors.push((await expectCairnError(adopt(shown, { owner }), 'not_found')).message);
    }
    expect(await keys()).toHaveLength(1);
    await adopt(token, mine);
    errors.push((await expectCairnError(adopt(token, mine), 'not_found')).message);
    expect(new Set(errors).size).toBe(1);
    expect(await keys()).toHaveLength(1);
  });

  it('is taken once by many who come at once', async () => {
    const { adopt, place, keys } = await rig();
    const { token, write } = await place();
    await write(pack(whole));
    const results = await Promise.allSettled([1, 2, 3].map(() => adopt(token, mine)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await keys()).toHaveLength(1);
  });

  it('is not taken where nothing was written, or where its time is over', async () => {
    let time = Date.now();
    const found = await rig({ now: () => new Date(time) });
    const { token } = await found.place();
    await expectCairnError(found.adopt(token, mine), 'not_found');
    const late = await found.place();
    await late.write(pack(whole));
    time += 3_600_001;
    await expectCairnError(found.adopt(late.token, mine), 'not_found');
    await found.store.gc();
    await expectNothing(found);
  });

  it('is left alone by garbage collection while it is young, and swept when nobody comes for it', async () => {
    const found = await rig();
    const { token, write } = await found.place();
    await write(pack(whole));
    const { leftovers, dead } = await found.store.gc();
    expect([leftovers.count, dead.young]).toEqual([0, 0]);
    await found.adopt(token, mine);
    expect((await found.store.blobs.has([nameOf(blob.recipe)])).size).toBe(1);

    const other = await found.place();
    await other.write(noise(1234));
    const swept = await found.store.gc(all);
    expect(swept.leftovers).toEqual({ count: 1, bytes: 1234 });
    await expectCairnError(found.adopt(other.token, mine), 'not_found');
    await expectNothing(found);
  });

  it('stays where it is as long as the bucket copies nothing, and is swept', async () => {
    const broken = await rig({
      copy: async () => {
        throw Object.assign(new Error('no'), { code: 'EPIPE' });
      },
    });
    const { token, write } = await broken.place();
    await write(pack(whole));
    await expect(broken.adopt(token, mine)).rejects.toThrow('no');
    await expectNothing(broken);
  });

  it('can’t be planned where nothing can be signed, or copied', async () => {
    const unsigned = await rig({ signWrite: async () => undefined });
    expect(await unsigned.store.planWrite?.(1, mine)).toBeUndefined();
    const { pool, dispose } = await anyPostgresPool();
    const { copy: _, ...objects } = unsigned.objects;
    const store = await openTeamStore({ pool, objects: { ...objects, ...memoryObjectStore() } });
    expect([store.planWrite, store.adoptWritten]).toEqual([undefined, undefined]);
    await store.close();
    await dispose();
  });
});
