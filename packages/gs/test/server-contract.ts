import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { type Case, expectCairnError, type Fixture, type Suite } from '@cairn/conformance';
import { type Observation, readAll, type StorageHandler } from '@cairn/core';
import type { GsPlace } from '@cairn/testing';
import { bytes, collect, entryOf, makeGsBucket, onlyEntry, readText, reusing } from '@cairn/testing';
import { CRC32C, Storage } from '@google-cloud/storage';
import { expect } from 'vitest';
import { gsHandler, gsObjectStore } from '../src/index.js';
import { configOf } from './double.js';

/** A server to put to the contract. */
export interface ServerFixture extends Fixture<never> {
  readonly place: GsPlace;
}

type ServerCase = Case<ServerFixture>;

/** A new bucket on the server, what changes it, and the handler that is put to the test. */
interface Ground {
  readonly bucket: string;
  readonly handler: StorageHandler;
  put(name: string, content: string): Promise<void>;
  delete(name: string): Promise<void>;
}

async function ground(place: GsPlace, versioned: boolean): Promise<Ground> {
  const bucket = await makeGsBucket(place, { versioned });
  return {
    bucket: bucket.name,
    handler: gsHandler({ clientConfig: configOf(place) }),
    put: (name, content) => bucket.put(name, bytes(content)),
    delete: bucket.delete,
  };
}

/** A case on a new bucket, whose objects are at `gs://bucket/`. */
function contract(
  name: string,
  run: (at: Ground, uri: string, place: GsPlace) => Promise<void>,
  versioned = false,
): ServerCase {
  return {
    name,
    async run({ place }) {
      const at = await ground(place, versioned);
      await run(at, `gs://${at.bucket}/`, place);
    },
  };
}

/** That names come back from a listing, and open, each as itself. */
function keeps(what: string, names: readonly string[]): ServerCase {
  return contract(`keeps names ${what}`, async ({ put, handler }, uri) => {
    for (const name of names) await put(`odd/${name}`, name);
    const observations = await collect(handler.observe(`${uri}odd/`));
    const read: string[] = [];
    for (const observation of observations) read.push(await readText(handler.open(entryOf(observation))));
    expect(read.sort()).toEqual([...names].sort());
    const paths = observations.map(({ path }) => Buffer.from(path));
    expect(paths).toEqual([...paths].sort(Buffer.compare));
  });
}

const md5 = (content: string) => createHash('md5').update(content).digest('hex');
const paths = (observations: readonly Observation[]) => observations.map(({ path }) => path);

const references: readonly ServerCase[] = [
  contract('records an object with its MD5 and generation', async ({ put, handler }, uri) => {
    await put('model.h5', 'weights');
    const entry = await onlyEntry(handler.observe(`${uri}model.h5`));
    expect(entry).toMatchObject({ digest: `md5:${md5('weights')}`, size: 7 });
    expect(entry.extra?.generation).toMatch(/^\d+$/);
    expect(await readText(handler.open(entry))).toBe('weights');
    expect(await readText(handler.open(entry, { range: { start: 2, end: 4 } }))).toBe('ig');
    expect(await readText(handler.open(entry, { range: { start: 5 } }))).toBe('ts');
    expect(await handler.verify?.(entry)).toBe('match');
  }),
  contract('reads nothing of a range that starts at the end', async ({ put, handler }, uri) => {
    await put('model.h5', 'weights');
    const entry = await onlyEntry(handler.observe(`${uri}model.h5`));
    expect(await readText(handler.open(entry, { range: { start: 7 } }))).toBe('');
  }),
  contract('takes a prefix for a folder', async (at, uri) => {
    const names = ['images-old/x', 'images.png', 'images/cat.png', 'images/sub/dog.png', 'images2/x'];
    for (const name of names) await at.put(name, name);
    await at.put('images/empty', '');
    for (const name of ['images', 'images/']) {
      const observations = await collect(at.handler.observe(uri + name));
      expect(paths(observations)).toEqual(['cat.png', 'empty', 'sub/dog.png']);
    }
  }),
  contract('lists more than a page', async ({ put, handler }, uri) => {
    const names = Array.from({ length: 1100 }, (_, i) => `images/${i}`);
    for (let i = 0; i < names.length; i += 50) {
      await Promise.all(names.slice(i, i + 50).map((name) => put(name, name)));
    }
    expect(await collect(handler.observe(`${uri}images`))).toHaveLength(1100);
  }),
  contract('notices a changed object before its bytes', async ({ put, handler }, uri) => {
    await put('model.h5', 'weights');
    const entry = await onlyEntry(handler.observe(`${uri}model.h5`));
    await put('model.h5', 'WEIGHTS');
    await expectCairnError(handler.open(entry), 'reference_changed');
    expect(await handler.verify?.(entry)).toBe('changed');
  }),
  contract('tells a deleted object from a changed one', async (at, uri) => {
    await at.put('model.h5', 'weights');
    const entry = await onlyEntry(at.handler.observe(`${uri}model.h5`));
    await at.delete('model.h5');
    await expectCairnError(at.handler.open(entry), 'not_found');
    expect(await at.handler.verify?.(entry)).toBe('missing');
  }),
  contract('says that nothing is there', async ({ handler }, uri) => {
    for (const name of ['nothing', 'nothing.txt', 'nothing/', 'nothing#17']) {
      await expectCairnError(handler.observe(uri + name), 'not_found');
    }
    await expectCairnError(handler.observe(`gs://cairn-${randomUUID()}/images/`), 'not_found');
    await expectCairnError(handler.observe(`gs://cairn-${randomUUID()}/model.h5`), 'not_found');
  }),
];

const generations: readonly ServerCase[] = [
  contract(
    'reads a generation after it was overwritten',
    async (at, uri) => {
      await at.put('model.h5', 'weights');
      const entry = await onlyEntry(at.handler.observe(`${uri}model.h5`));
      await at.put('model.h5', 'newer');
      expect(await readText(at.handler.open(entry))).toBe('weights');
      expect(await readText(at.handler.open(entry, { range: { start: 3, end: 5 } }))).toBe('gh');
      expect(await at.handler.verify?.(entry)).toBe('match');
      const again = await onlyEntry(at.handler.observe(`${entry.uri}#${entry.extra?.generation}`));
      expect(again).toMatchObject({ digest: entry.digest, size: 7, extra: entry.extra });
      expect(paths(await collect(at.handler.observe(uri)))).toEqual(['model.h5']);
    },
    true,
  ),
  contract(
    'reads a generation after its object was deleted',
    async (at, uri) => {
      await at.put('model.h5', 'weights');
      const entry = await onlyEntry(at.handler.observe(`${uri}model.h5`));
      await at.delete('model.h5');
      expect(await readText(at.handler.open(entry))).toBe('weights');
      expect(await at.handler.verify?.(entry)).toBe('match');
    },
    true,
  ),
  contract(
    'says that a generation was deleted for good',
    async (at, uri, place) => {
      await at.put('model.h5', 'weights');
      const entry = await onlyEntry(at.handler.observe(`${uri}model.h5`));
      const bucket = new Storage(configOf(place)).bucket(at.bucket);
      await bucket.file('model.h5', { generation: entry.extra?.generation ?? '' }).delete();
      await expectCairnError(at.handler.open(entry), 'not_found');
      expect(await at.handler.verify?.(entry)).toBe('missing');
    },
    true,
  ),
];

const oddNames: readonly ServerCase[] = [
  keeps('with spaces, signs and Unicode', [
    ...['sp ace', ' lead', 'trail ', 'plus+', 'pct%20x', '%', 'hash#x', 'hash#17', 'q?x=1&y', '<&>"\''],
    ...[
      '..hidden',
      'back\\slash',
      'é',
      'e\u0301',
      '\uffee',
      '🙂',
      `${'d'.repeat(200)}/`.repeat(5).slice(0, 1000),
    ],
  ]),
  keeps('with empty segments', ['dbl//slash', '/lead', 'a///b']),
  keeps('with segments that are dots', ['.', 'a/./b', 'a/../b', '..']),
  keeps('with a slash at the end', ['slash/', 'a/b/']),
  keeps('with control characters', ['tab\tx', 'ctl\u0001x', 'del\u007f']),
  keeps('that are folders of other names', ['a', 'a/b', 'a/b/c']),
];

const writes: readonly ServerCase[] = [
  contract('keeps a stream of several pieces', async (at, uri, place) => {
    const content = new Uint8Array(randomBytes(17 * 1024 * 1024));
    const store = gsObjectStore({ bucket: at.bucket, clientConfig: configOf(place) });
    expect(await store.put('pieces', reusing(content, 100_000))).toEqual({
      key: 'pieces',
      size: content.length,
    });
    expect(Buffer.compare(await readAll(store.open('pieces')), content)).toBe(0);
    const across = { start: 8 * 1024 * 1024 - 3, end: 8 * 1024 * 1024 + 3 };
    const part = await readAll(store.open('pieces', { range: across }));
    expect(Buffer.compare(part, content.subarray(across.start, across.end))).toBe(0);
    const entry = await onlyEntry(at.handler.observe(`${uri}pieces`));
    expect(entry.size).toBe(content.length);
  }),
  contract('refuses bytes that are not those of their CRC32C', async ({ bucket }, _uri, place) => {
    const file = new Storage(configOf(place)).bucket(bucket).file('a');
    const crc32c = new CRC32C().toString();
    const saving = file.save('text', { resumable: false, validation: false, metadata: { crc32c } });
    await expect(saving).rejects.toMatchObject({ code: 400 });
  }),
  contract('lets one of many writers win', async ({ bucket }, _uri, place) => {
    const store = gsObjectStore({ bucket, clientConfig: configOf(place) });
    for (let round = 0; round < 10; round++) {
      const settled = await Promise.allSettled(
        Array.from({ length: 8 }, (_, i) => store.put(`lock-${round}`, bytes(`${i}`), { ifAbsent: true })),
      );
      expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    }
  }),
];

/** What the package needs of a server, so that it can be put to Cloud Storage itself, to servers like it, and to the double. */
export const serverSuite: Suite<ServerFixture> = {
  name: 'GCS server',
  cases: [...references, ...generations, ...oddNames, ...writes],
};
