import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import * as sdk from '@aws-sdk/client-s3';
import { type Case, expectCairnError, type Fixture, type Suite } from '@cairn/conformance';
import { type Observation, readAll, type StorageHandler } from '@cairn/core';
import type { S3Place } from '@cairn/testing';
import { bytes, collect, entryOf, onlyEntry, readText, reusing } from '@cairn/testing';
import { expect } from 'vitest';
import { s3Handler, s3ObjectStore } from '../src/index.js';

/** A server to put to the contract. */
export interface ServerFixture extends Fixture<never> {
  readonly place: S3Place;
}

type ServerCase = Case<ServerFixture>;

/** A new bucket on the server, a client to change it, and the handler that is put to the test. */
interface Ground {
  readonly client: S3Client;
  readonly bucket: string;
  readonly handler: StorageHandler;
  /** The names of the commands that the handler's client sent since the last call. */
  sent(): string[];
  put(key: string, content: string | Uint8Array): Promise<string | undefined>;
  delete(key: string): Promise<string | undefined>;
  version(status: 'Enabled' | 'Suspended'): Promise<void>;
}

async function ground({ endpoint, region, credentials }: S3Place): Promise<Ground> {
  const config = { endpoint, region, credentials, forcePathStyle: true };
  const client = new sdk.S3Client({ ...config, requestChecksumCalculation: 'WHEN_REQUIRED' });
  const observed = new sdk.S3Client({ ...config, requestChecksumCalculation: 'WHEN_REQUIRED' });
  const sent: string[] = [];
  observed.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        sent.push(String(commandName));
        return next(args);
      },
    { step: 'initialize' },
  );
  const Bucket = `cairn-${randomUUID()}`;
  await client.send(new sdk.CreateBucketCommand({ Bucket }));
  return {
    client,
    bucket: Bucket,
    handler: s3Handler({ client: observed }),
    sent: () => sent.splice(0),
    async put(Key, content) {
      const Body = typeof content === 'string' ? bytes(content) : content;
      return (await client.send(new sdk.PutObjectCommand({ Bucket, Key, Body }))).VersionId;
    },
    delete: async (Key) => (await client.send(new sdk.DeleteObjectCommand({ Bucket, Key }))).VersionId,
    async version(Status) {
      await client.send(new sdk.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
    },
  };
}

/** A case on a new bucket, whose objects are at `s3://bucket/`. */
function contract(name: string, run: (at: Ground, uri: string, place: S3Place) => Promise<void>): ServerCase {
  return {
    name,
    async run({ place }) {
      const at = await ground(place);
      await run(at, `s3://${at.bucket}/`, place);
    },
  };
}

/** That keys come back from a listing, and open, each as itself. */
function keeps(what: string, keys: readonly string[]): ServerCase {
  return contract(`keeps keys ${what}`, async ({ put, handler }, uri) => {
    for (const key of keys) await put(`odd/${key}`, key);
    const observations = await collect(handler.observe(`${uri}odd/`));
    const read: string[] = [];
    for (const observation of observations) read.push(await readText(handler.open(entryOf(observation))));
    expect(read.sort()).toEqual([...keys].sort());
    const paths = observations.map(({ path }) => Buffer.from(path));
    expect(paths).toEqual([...paths].sort(Buffer.compare));
  });
}

const md5 = (content: Uint8Array) => createHash('md5').update(content).digest('hex');
const paths = (observations: readonly Observation[]) => observations.map(({ path }) => path);

const references: readonly ServerCase[] = [
  contract('records an object by one request', async ({ put, handler, sent }, uri) => {
    await put('model.h5', 'weights');
    const entry = await onlyEntry(handler.observe(`${uri}model.h5`));
    expect(entry).toMatchObject({ digest: `etag:"${md5(bytes('weights'))}"`, size: 7 });
    expect(entry.extra).toBeUndefined();
    expect(sent()).toEqual(['HeadObjectCommand']);
    expect(await readText(handler.open(entry))).toBe('weights');
    expect(await readText(handler.open(entry, { range: { start: 2, end: 4 } }))).toBe('ig');
    expect(await readText(handler.open(entry, { range: { start: 7 } }))).toBe('');
    expect(await handler.verify?.(entry)).toBe('match');
  }),
  contract('takes a prefix for a folder, and lists it by nothing but listings', async (at, uri) => {
    for (const key of ['images-old/x', 'images.png', 'images/cat.png', 'images/sub/dog.png', 'images2/x']) {
      await at.put(key, key);
    }
    await at.put('images/empty', '');
    for (const name of ['images', 'images/']) {
      const observations = await collect(at.handler.observe(uri + name));
      expect(paths(observations)).toEqual(['cat.png', 'empty', 'sub/dog.png']);
      expect(at.sent()).toEqual(['ListObjectVersionsCommand']);
    }
  }),
  contract('lists more than a page by as many requests', async ({ put, handler, sent }, uri) => {
    const keys = Array.from({ length: 1100 }, (_, i) => `images/${i}`);
    for (let i = 0; i < keys.length; i += 50) {
      await Promise.all(keys.slice(i, i + 50).map((key) => put(key, key)));
    }
    expect(await collect(handler.observe(`${uri}images`))).toHaveLength(1100);
    expect(sent()).toEqual(Array(2).fill('ListObjectVersionsCommand'));
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
    for (const name of ['nothing', 'nothing.txt', 'nothing/']) {
      await expectCairnError(handler.observe(uri + name), 'not_found');
    }
    await expectCairnError(handler.observe(`s3://cairn-${randomUUID()}/images/`), 'not_found');
    await expectCairnError(handler.observe(`s3://cairn-${randomUUID()}/model.h5`), 'not_found');
  }),
  contract('refuses wrong credentials', async ({ bucket }, uri, { credentials, ...place }) => {
    const wrong = { ...credentials, secretAccessKey: 'wrong' };
    const handler = s3Handler({ clientConfig: { ...place, credentials: wrong } });
    await expectCairnError(handler.observe(`s3://${bucket}/`), 'unauthenticated');
    await expectCairnError(handler.observe(`${uri}model.h5`), 'forbidden');
  }),
];

const versions: readonly ServerCase[] = [
  contract('records the versions of objects and prefixes', async (at, uri) => {
    await at.version('Enabled');
    await at.put('images/cat.png', 'kitten');
    const versionId = await at.put('images/cat.png', 'cat');
    for (const name of ['images/cat.png', 'images']) {
      const entry = await onlyEntry(at.handler.observe(uri + name));
      expect(entry).toMatchObject({ size: 3, extra: { versionId } });
    }
    expect(at.sent()).toEqual(['HeadObjectCommand', 'ListObjectVersionsCommand']);
  }),
  contract('shows of a history what is there now', async (at, uri) => {
    await at.version('Enabled');
    for (const content of ['1', '22', '333']) await at.put('images/twice', content);
    await at.put('images/gone', 'x');
    await at.delete('images/gone');
    const entry = await onlyEntry(at.handler.observe(`${uri}images`));
    expect(entry).toMatchObject({ path: 'twice', size: 3 });
  }),
  contract('reads a version after it was overwritten and deleted', async (at, uri) => {
    await at.version('Enabled');
    await at.put('model.h5', 'weights');
    const entry = await onlyEntry(at.handler.observe(`${uri}model.h5`));
    await at.put('model.h5', 'newer');
    expect(await readText(at.handler.open(entry))).toBe('weights');
    expect(await readText(at.handler.open(entry, { range: { start: 3, end: 5 } }))).toBe('gh');
    await at.delete('model.h5');
    expect(await readText(at.handler.open(entry))).toBe('weights');
    expect(await at.handler.verify?.(entry)).toBe('match');
    const { uri: named } = entry;
    const again = await onlyEntry(at.handler.observe(`${named}?versionId=${entry.extra?.versionId}`));
    expect(again).toMatchObject({ digest: entry.digest, size: 7, extra: entry.extra });
  }),
  contract('says that a version was deleted for good, or marks a deletion', async (at, uri) => {
    await at.version('Enabled');
    const versionId = await at.put('model.h5', 'weights');
    const entry = await onlyEntry(at.handler.observe(`${uri}model.h5`));
    const marker = await at.delete('model.h5');
    await at.client.send(
      new sdk.DeleteObjectCommand({ Bucket: at.bucket, Key: 'model.h5', VersionId: versionId }),
    );
    await expectCairnError(at.handler.open(entry), 'not_found');
    expect(await at.handler.verify?.(entry)).toBe('missing');
    await expectCairnError(at.handler.observe(`${uri}model.h5?versionId=${marker}`), 'not_found');
  }),
  contract('says that a version is none', async (at, uri) => {
    await at.version('Enabled');
    await at.put('model.h5', 'weights');
    await expectCairnError(at.handler.observe(`${uri}model.h5?versionId=bogus`), 'not_found');
  }),
  contract('reads what was written before there were versions', async (at, uri) => {
    await at.put('images/model.h5', 'weights');
    const entry = await onlyEntry(at.handler.observe(`${uri}images/model.h5`));
    await at.version('Enabled');
    expect(await onlyEntry(at.handler.observe(`${uri}images`))).toEqual({ ...entry, kind: 'reference' });
    await at.put('images/model.h5', 'newer');
    expect(await readText(at.handler.open(entry))).toBe('weights');
  }),
  contract('records no version that the next write would replace', async (at, uri) => {
    await at.version('Enabled');
    const versionId = await at.put('images/since', 'x');
    await at.version('Suspended');
    await at.put('images/without', 'x');
    const observations = await collect(at.handler.observe(`${uri}images`));
    expect(observations.map(({ extra }) => extra)).toEqual([{ versionId }, undefined]);
  }),
];

const oddKeys: readonly ServerCase[] = [
  keeps('with spaces, signs and Unicode', [
    ...[
      'sp ace',
      'plus+',
      'pct%20x',
      '%',
      'hash#x',
      'q?x=1&y',
      'semi;colon:',
      '<&>"\'',
      '..hidden',
      'é',
      'e\u0301',
    ],
    ...['\uffee', '🙂', 'k?versionId=v', `${'d'.repeat(200)}/`.repeat(5).slice(0, 1000)],
  ]),
  keeps('with spaces at their ends', [' lead', 'trail ', ' ']),
  keeps('with backslashes', ['back\\slash', '\\']),
  keeps('with empty segments', ['dbl//slash', '/lead', 'a///b']),
  keeps('with segments that are dots', ['.', 'a/./b', 'a/../b', '..']),
  keeps('with a slash at the end', ['slash/', 'a/b/']),
  keeps('with control characters', ['tab\tx', 'cr\rlf\n', 'ctl\u0001x', 'del\u007f']),
  keeps('that are folders of other keys', ['a', 'a/b', 'a/b/c']),
];

const writes: readonly ServerCase[] = [
  contract('keeps a stream of several parts, with either way of checksums', async (at, uri, place) => {
    const content = new Uint8Array(randomBytes(17 * 1024 * 1024));
    for (const requestChecksumCalculation of ['WHEN_REQUIRED', 'WHEN_SUPPORTED'] as const) {
      const clientConfig = { ...place, requestChecksumCalculation };
      const store = s3ObjectStore({ bucket: at.bucket, clientConfig });
      await store.put('parts', reusing(content, 100_000));
      await store.put('single', content);
      for (const key of ['parts', 'single']) {
        expect(Buffer.compare(await readAll(store.open(key)), content)).toBe(0);
      }
      const across = { start: 8 * 1024 * 1024 - 3, end: 8 * 1024 * 1024 + 3 };
      const part = await readAll(store.open('parts', { range: across }));
      expect(Buffer.compare(part, content.subarray(across.start, across.end))).toBe(0);
      const entry = await onlyEntry(at.handler.observe(`${uri}parts`));
      expect(entry.digest).toMatch(/^etag:"[0-9a-f]{32}-3"$/);
    }
  }),
  contract('lets one of many writers win', async ({ bucket }, _uri, place) => {
    const store = s3ObjectStore({ bucket, clientConfig: place });
    // Many times, so that a server that only looks and then writes has no luck.
    for (let round = 0; round < 25; round++) {
      const settled = await Promise.allSettled(
        Array.from({ length: 8 }, (_, i) => store.put(`lock-${round}`, bytes(`${i}`), { ifAbsent: true })),
      );
      expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    }
  }),
  contract('leaves no parts behind when a write fails', async ({ bucket, client }, _uri, place) => {
    const store = s3ObjectStore({ bucket, clientConfig: place });
    const failing = async function* () {
      yield new Uint8Array(30_000_000);
      throw new Error('the disk is gone');
    };
    await expect(store.put('a', failing())).rejects.toThrow('the disk is gone');
    expect(await collect(store.list(''))).toEqual([]);
    const { Uploads = [] } = await client.send(new sdk.ListMultipartUploadsCommand({ Bucket: bucket }));
    expect(Uploads).toEqual([]);
  }),
  contract('encrypts as it is told, at once and in parts', async ({ bucket, client }, _uri, place) => {
    const options = { bucket, clientConfig: place, serverSideEncryption: 'AES256' } as const;
    const store = s3ObjectStore(options);
    const content = new Uint8Array(randomBytes(9 * 1024 * 1024));
    await store.put('single', bytes('x'));
    await store.put('parts', reusing(content, 100_000));
    for (const Key of ['single', 'parts']) {
      const { ServerSideEncryption } = await client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key }));
      expect(ServerSideEncryption, Key).toBe('AES256');
    }
    expect(Buffer.compare(await readAll(store.open('parts')), content)).toBe(0);
  }),
];

/** What the package needs of a server, so that it can be put to S3 itself, to servers like it, and to the double. */
export const serverSuite: Suite<ServerFixture> = {
  name: 'S3 server',
  cases: [...references, ...versions, ...oddKeys, ...writes],
};
