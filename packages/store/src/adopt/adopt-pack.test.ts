import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import type { ContentDigest } from '@cairn/core';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { damageBlob } from '../../test/damage-blob.js';
import { putAll, readBlob } from '../../test/put.js';
import { noise, scratchFolder } from '../../test/scratch.js';
import {
  data,
  hash,
  largeBlob,
  pack,
  packsOf,
  recipe,
  rowOf,
  rows,
  type SentRecord,
} from '../../test/sent-pack.js';
import type { LocalStore } from '../local-store.js';
import { openStore } from '../open-store.js';
import { recipeKind } from '../packs/pack-format.js';

const KiB = 1024;
let folder: string;
let store: LocalStore;
beforeEach(async () => {
  folder = join(scratchFolder(), 'store');
  store = await openStore(folder);
  onTestFinished(() => store.close());
});

const nameOf = (digest: Uint8Array) => `blake3:${Buffer.from(digest).toString('hex')}` as ContentDigest;
const files = () => [...readdirSync(join(folder, 'packs')), ...readdirSync(join(folder, 'tmp'))];

/** Two chunks of which a large blob may consist, and some that make no difference. */
const chunks = [noise(200 * KiB, 1), noise(100 * KiB, 2)];
const blob = largeBlob(chunks);
const whole = [...blob.chunks, blob.segment, blob.recipe];

async function expectRefused(
  bytes: Uint8Array,
  code: 'integrity_mismatch' | 'conflict' | 'quota_exceeded' = 'integrity_mismatch',
  options: Parameters<LocalStore['adoptPack']>[1] = {},
): Promise<void> {
  const before = files();
  await expectCairnError(store.adoptPack([bytes], options), code);
  expect(files()).toEqual(before);
}

/** @param records Of packs that were refused. */
async function expectNothing(records: readonly SentRecord[]): Promise<void> {
  expect((await store.blobs.has(records.map(({ digest }) => nameOf(digest)))).size).toBe(0);
}

describe('a pack that was sent', () => {
  it('is the own of the store, whatever it holds', async () => {
    const other = join(scratchFolder(), 'other');
    const sender = await openStore(other);
    const contents = [noise(3_000_000, 5), noise(10), noise(0), noise(256 * KiB, 6)];
    const stored = await putAll(
      sender.blobs,
      contents.map((bytes) => ({ kind: 'bytes', bytes })),
    );
    await sender.close();
    const [sent = Buffer.alloc(0)] = packsOf(other);
    async function* slowly() {
      for (let at = 0; at < sent.length; at += 100_000) yield sent.subarray(at, at + 100_000);
    }
    const { digests, size } = await store.adoptPack(slowly());
    expect(size).toBe(sent.length);
    const known = new Set(digests.map(nameOf));
    for (const [i, { digest }] of stored.entries()) {
      expect(known.has(digest)).toBe(true);
      expect((await readBlob(store.blobs, digest)).equals(contents[i] as Buffer)).toBe(true);
    }
    expect((await store.verify()).ok).toBe(true);
  });

  it('does no harm when it comes again', async () => {
    await store.adoptPack([pack(whole)]);
    const before = files();
    const { digests } = await store.adoptPack([pack(whole)]);
    expect(digests).toHaveLength(4);
    expect(files()).toEqual(before);
  });

  it('mends what is damaged', async () => {
    const { digests } = await store.adoptPack([pack(whole)]);
    const digest = nameOf(digests[0] as Uint8Array);
    await damageBlob(folder, digest);
    await expectCairnError(readBlob(store.blobs, digest), 'integrity_mismatch');
    await store.adoptPack([pack(whole)]);
    expect((await readBlob(store.blobs, digest)).equals(chunks[0] as Buffer)).toBe(true);
  });

  it('is refused by a store that was opened to be read', async () => {
    const reader = await openStore(folder, { readOnly: true });
    await expectCairnError(reader.adoptPack([pack(whole)]), 'storage_readonly');
    await reader.close();
  });

  it('is let go of when nobody waits for it, or when it does not end', async () => {
    const controller = new AbortController();
    async function* endless() {
      for (let i = 0; ; i++) {
        if (i === 3) controller.abort(new Error('enough'));
        yield noise(1000);
      }
    }
    await expect(store.adoptPack(endless(), { signal: controller.signal })).rejects.toThrow('enough');
    await expectRefused(pack(whole), 'quota_exceeded', { maxBytes: 1000 });
    expect(files()).toEqual([]);
  });
});

describe('a pack in which a byte is other than it was', () => {
  it('is refused, whichever it is', async () => {
    const small = [data(noise(20)), data(noise(0)), data(noise(7, 3))];
    const sent = pack(small);
    for (let at = 0; at < sent.length; at++) {
      const bytes = Buffer.from(sent);
      bytes[at] = (bytes[at] as number) ^ (1 << (at % 8));
      await expectRefused(bytes);
    }
    await expectNothing(small);
  });

  it('is refused, wherever in a recipe, a segment or a table it is', async () => {
    const sent = pack(whole);
    const start = 300 * KiB;
    const offsets = [0, 1000, 200 * KiB - 1, 200 * KiB, start - 1];
    for (let at = start; at < sent.length; at += 3) offsets.push(at);
    for (const at of offsets) {
      const bytes = Buffer.from(sent);
      bytes[at] = (bytes[at] as number) ^ 1;
      await expectRefused(bytes);
    }
    await expectNothing(whole);
  });

  it('is refused when it is cut short, or has more', async () => {
    const sent = pack(whole);
    for (const length of [0, 1, 47, 48, 200 * KiB, sent.length - 48, sent.length - 1]) {
      await expectRefused(sent.subarray(0, length));
      await expectRefused(sent.subarray(sent.length - length));
    }
    await expectRefused(Buffer.concat([sent, Buffer.alloc(1)]));
    await expectRefused(Buffer.concat([Buffer.alloc(1), sent]));
    await expectNothing(whole);
  });
});

describe('a table that lies', () => {
  const [one, two] = [data(noise(20, 1)), data(noise(20, 2))];
  /** Changes a table and makes the digest of the footer fit. */
  function forged(records: readonly SentRecord[], change: (end: Buffer) => void): Buffer {
    const sent = pack(records);
    const end = sent.subarray(sent.length - 48 - 40 * records.length);
    change(end);
    end.set(hash(end.subarray(0, -32)), end.length - 32);
    return sent;
  }

  it.each<[string, Uint8Array]>([
    [
      'has digests of other records',
      pack([
        { ...one, digest: two.digest },
        { ...two, digest: one.digest },
      ]),
    ],
    ['has a record twice', pack([one, one])],
    ['has no record', pack([])],
    ['says that data is a recipe', pack([{ ...one, kind: recipeKind }])],
    ['says that a recipe is data', pack([...blob.chunks, blob.segment, { ...blob.recipe, kind: 0 }])],
    ['has a kind nobody knows', forged([one], (end) => end.writeUInt8(2, 36))],
    ['has something where zeros are', forged([one], (end) => end.writeUInt8(1, 39))],
    ['has something where zeros of the footer are', forged([one], (end) => end.writeUInt8(1, 40 + 12))],
    ['has a record that ends after all of them', forged([one], (end) => end.writeUInt32LE(2 ** 32 - 1, 32))],
    ['has records that don’t reach the end', forged([one, two], (end) => end.writeUInt32LE(19, 72))],
    ['counts more records than there are', forged([one], (end) => end.writeUInt32LE(2 ** 32 - 1, 48))],
    ['has data that is too long for a chunk', pack([data(noise(256 * KiB + 1))])],
  ])('%s', async (_, bytes) => {
    await expectRefused(bytes);
    await expectNothing([one, two]);
  });
});

describe('a recipe that was sent', () => {
  const [first, second] = blob.chunks as [SentRecord, SentRecord];
  const other = data(noise(200 * KiB, 9));
  const total = 300 * KiB;

  /** A recipe for the blob of which all but the segment's rows may be wrong. */
  function withRows(list: Parameters<typeof rows>[0], length = total): SentRecord[] {
    const segment = data(rows(list));
    return [first, second, other, segment, recipe(blob.recipe.digest, [rowOf(segment, length)])];
  }

  it.each<[string, readonly SentRecord[]]>([
    ['puts together other bytes', withRows([rowOf(second), rowOf(first)])],
    ['has another chunk of the same length', withRows([rowOf(other), rowOf(second)])],
    ['says another length of a chunk', withRows([rowOf(first, 1), rowOf(second)], 100 * KiB + 1)],
    ['says the greatest length', withRows([rowOf(first, 2 ** 32 - 1), rowOf(second)], 2 ** 32 - 1)],
    ['says another length of a segment', withRows([rowOf(first), rowOf(second)], total - 1)],
    ['lists no chunk', withRows([], total)],
    ['lists no segment', [first, second, recipe(blob.recipe.digest, [])]],
    ['lists a chunk as a segment', [first, recipe(blob.recipe.digest, [rowOf(first)])]],
    ['lists itself', [recipe(blob.recipe.digest, [rowOf(blob.recipe, total)])]],
    ['lists itself as a chunk', withRows([rowOf(blob.recipe, total)]).slice(3)],
    ['lists another recipe', [...whole, recipe(hash(noise(5)), [rowOf(blob.recipe, total)])]],
    [
      'takes another recipe for bytes',
      (() => {
        const bytes = Buffer.concat([blob.recipe.bytes, ...chunks]);
        const segment = data(rows([rowOf(blob.recipe), rowOf(first), rowOf(second)]));
        return [...whole, segment, recipe(hash(bytes), [rowOf(segment, bytes.length)])];
      })(),
    ],
    ['is of a small blob', [...Object.values(largeBlob([noise(50, 1), noise(50, 2)])).flat()]],
    [
      'has half a row',
      (() => {
        const row = rowOf(blob.segment, total);
        const list = rows([row, row]).subarray(0, 50);
        const bytes = Buffer.concat([hash(list), list]);
        return [...blob.chunks, blob.segment, { digest: blob.recipe.digest, kind: recipeKind, bytes }];
      })(),
    ],
    ['is shorter than a digest', [{ digest: blob.recipe.digest, kind: recipeKind, bytes: noise(10) }]],
    [
      'has too many rows in a segment',
      [
        ...Object.values(largeBlob(Array(513).fill(noise(1000))))
          .flat()
          .filter(
            (record, i, all) =>
              all.findIndex(({ digest }) => Buffer.from(digest).equals(record.digest)) === i,
          ),
      ],
    ],
  ])('is refused when it %s', async (_, records) => {
    await expectRefused(pack(records));
    await expectNothing(records);
  });

  it('may stand for no more than could ever be hashed', async () => {
    const segment = data(rows(Array(512).fill(rowOf(first))));
    const length = 512 * 200 * KiB;
    const huge = recipe(blob.recipe.digest, Array(20_000).fill(rowOf(segment, length)));
    await expectRefused(pack([first, segment, huge]), 'quota_exceeded');
    await expectNothing([first, segment, huge]);
  });

  it('relies on what the store has, and on nothing that is not there', async () => {
    const rest = [blob.segment, blob.recipe];
    await expectRefused(pack([second, ...rest]), 'conflict');
    await expectRefused(pack([blob.recipe]), 'conflict');
    await store.adoptPack([pack([first])]);
    await store.adoptPack([pack([second, ...rest])]);
    expect((await readBlob(store.blobs, nameOf(blob.recipe.digest))).equals(Buffer.concat(chunks))).toBe(
      true,
    );
    expect((await store.verify()).ok).toBe(true);
  });

  it('relies only on what its sender may know of, and learns nothing of the rest', async () => {
    await store.adoptPack([pack([first, blob.segment])]);
    const sent = pack([second, blob.recipe]);
    const mine = new Set([Buffer.from(blob.segment.digest).toString('hex')]);
    const linked = async (digests: readonly Uint8Array[]) =>
      Uint8Array.from(digests, (digest) => (mine.has(Buffer.from(digest).toString('hex')) ? 1 : 0));
    await expectRefused(sent, 'conflict', { linked });
    await expectRefused(sent, 'conflict', { linked: async (digests) => new Uint8Array(digests.length) });
    await expectNothing([second, blob.recipe]);
    mine.add(Buffer.from(first.digest).toString('hex'));
    await store.adoptPack([sent], { linked });
    expect(await store.blobs.has([nameOf(blob.recipe.digest)])).toHaveProperty('size', 1);
  });

  it('fails with a conflict when what it relies on is condemned meanwhile, or is damaged', async () => {
    await store.adoptPack([pack([first])]);
    const sent = pack([second, blob.segment, blob.recipe]);
    const condemning = async (digests: readonly Uint8Array[]) => {
      await store.gc({ graceMs: -60_000 });
      return new Uint8Array(digests.length).fill(1);
    };
    await expectCairnError(store.adoptPack([sent], { linked: condemning }), 'conflict');
    await expectNothing([first, second, blob.recipe]);
    await store.adoptPack([pack([first])]);
    await damageBlob(folder, nameOf(first.digest));
    await expectCairnError(store.adoptPack([sent]), 'conflict');
    await expectNothing([second, blob.recipe]);
  });
});

it('takes packs of another algorithm for damaged', async () => {
  const sha = await openStore(join(scratchFolder(), 'sha'), { algorithm: 'sha256' });
  await expectCairnError(sha.adoptPack([pack(whole)]), 'integrity_mismatch');
  await sha.close();
});
