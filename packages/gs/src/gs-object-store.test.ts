import { randomBytes } from 'node:crypto';
import { expectCairnError } from '@cairn/conformance';
import { readAll } from '@cairn/core';
import { bytes, collect, readText, reusing } from '@cairn/testing';
import { describe, expect, test } from 'vitest';
import { withDouble } from '../test/double.js';
import { gsObjectStore } from './index.js';

async function withStore(prefix?: string) {
  const double = await withDouble();
  return { ...double, store: gsObjectStore({ bucket: 'bucket', prefix, clientConfig: double.clientConfig }) };
}

test('a store keeps to its prefix', async () => {
  const { store, bucket } = await withStore('team/cairn');
  bucket.put('team/cairn2/x', bytes('x'));
  expect(store.location).toBe('gs://bucket/team/cairn/');
  await store.put('packs/a', bytes('1'));
  expect(bucket.live('team/cairn/packs/a')).toBeDefined();
  expect(await collect(store.list(''))).toEqual([{ key: 'packs/a', size: 1 }]);
  expect(await readText(store.open('packs/a'))).toBe('1');
  await store.delete(['packs/a', 'packs/b']);
  expect(bucket.names).toEqual(['team/cairn2/x']);
});

test('no key makes a request for what is above it', async () => {
  const { store, server } = await withStore();
  for (const key of ['.', '..']) {
    await expectCairnError(store.delete([key]), 'uri_invalid');
    await expectCairnError(store.put(key, bytes('x')), 'uri_invalid');
    await expectCairnError(store.open(key), 'uri_invalid');
  }
  expect(server.count()).toBe(0);
});

test('a small stream is written by one request, a large one in pieces', async () => {
  const { store, bucket, server } = await withStore();
  const content = new Uint8Array(randomBytes(20 * 1024 * 1024 + 1));
  await store.put('a', reusing(content.subarray(0, 8_000_000), 65_536));
  expect(server.requests.map(({ operation }) => operation)).toEqual(['objects.insert']);
  server.forget();
  expect(await store.put('b', reusing(content, 100_000))).toEqual({ key: 'b', size: content.length });
  expect(server.count('uploads.put')).toBe(3);
  expect(Buffer.compare(bucket.live('b')?.bytes ?? bytes(''), content)).toBe(0);
  expect(Buffer.compare(await readAll(store.open('b')), content)).toBe(0);
});

test('the key that the bucket is to encrypt with is named where a write begins', async () => {
  const { server, clientConfig } = await withDouble();
  const kmsKeyName = 'projects/p/locations/l/keyRings/r/cryptoKeys/k';
  const store = gsObjectStore({ bucket: 'bucket', clientConfig, kmsKeyName });
  await store.put('a', bytes('1'));
  await store.put('b', reusing(new Uint8Array(9 * 1024 * 1024), 100_000));
  const named = server.requests.filter(({ query }) => query.get('kmsKeyName') === kmsKeyName);
  expect(named.map(({ operation }) => operation)).toEqual(['objects.insert', 'uploads.start']);
  server.forget();
  await store.copy?.('a', 'c');
  expect(server.requests.map(({ query }) => query.get('destinationKmsKeyName'))).toEqual([kmsKeyName]);
});

test('nothing is copied but bytes', async () => {
  const { store, bucket } = await withStore('team');
  bucket.put('team/a', bytes('1'), { given: { contentType: 'text/html', contentEncoding: 'gzip' } });
  await store.copy?.('a', 'b');
  expect(bucket.live('team/b')?.given).toEqual({ contentType: 'application/octet-stream' });
});

test('no write is signed without credentials', async () => {
  const { store } = await withStore();
  expect(await store.signWrite?.('a', 5, { seconds: 60 })).toBeUndefined();
});

test('a write whose producer fails, or that is aborted while it is silent, stores nothing', async () => {
  const { store, bucket } = await withStore();
  for (const size of [1_000_000, 30_000_000]) {
    const reason = new Error('the disk is gone');
    const failing = async function* () {
      yield* reusing(new Uint8Array(size), 1_000_000);
      throw reason;
    };
    await expect(store.put('a', failing())).rejects.toBe(reason);
    const controller = new AbortController();
    const silent = async function* () {
      yield* reusing(new Uint8Array(size), 1_000_000);
      setTimeout(() => controller.abort(reason), 50);
      await new Promise(() => undefined);
    };
    await expect(store.put('a', silent(), { signal: controller.signal })).rejects.toBe(reason);
    expect(bucket.names).toEqual([]);
  }
});

describe('bytes that are spoilt on their way', () => {
  async function spoilt() {
    const at = await withStore();
    const run = () => {
      for (const upload of at.bucket.uploads.values()) upload.bytes.fill(0);
    };
    at.server.order({ kind: 'call', run }, { operation: 'uploads.put', skip: 1 });
    const content = new Uint8Array(randomBytes(9_000_000));
    return { ...at, putting: () => at.store.put('a', reusing(content, 1_000_000)) };
  }

  test('are not kept', async () => {
    const { bucket, putting } = await spoilt();
    await expectCairnError(putting(), 'integrity_mismatch');
    expect(bucket.names).toEqual([]);
  });

  test('are not looked for in what somebody else has written since', async () => {
    const { bucket, server, putting } = await spoilt();
    server.order(
      { kind: 'call', run: () => void bucket.put('a', bytes('theirs')) },
      { operation: 'objects.get' },
    );
    expect(await putting()).toEqual({ key: 'a', size: 9_000_000 });
    expect(Buffer.from(bucket.live('a')?.bytes ?? []).toString()).toBe('theirs');
  });

  test('are said to be so where they can not be deleted, and nothing else is', async () => {
    const { bucket, server, putting } = await spoilt();
    server.order(
      { kind: 'call', run: () => void bucket.put('a', bytes('theirs')) },
      { operation: 'objects.delete' },
    );
    await expectCairnError(putting(), 'integrity_mismatch');
    expect(Buffer.from(bucket.live('a')?.bytes ?? []).toString()).toBe('theirs');
  });
});

test('ifAbsent knows its own write again when the answer got lost, but not that of somebody else', async () => {
  const { store, bucket, server } = await withStore();
  server.order({ kind: 'drop' }, { operation: 'objects.insert' });
  await store.put('a', bytes('mine'), { ifAbsent: true });
  expect(server.count('objects.insert')).toBe(2);
  await expectCairnError(store.put('a', bytes('mine'), { ifAbsent: true }), 'conflict');
  const large = reusing(new Uint8Array(9_000_000), 1_000_000);
  await expectCairnError(store.put('a', large, { ifAbsent: true }), 'conflict');
  expect(Buffer.from(bucket.live('a')?.bytes ?? []).toString()).toBe('mine');
});

test('a key that could not be deleted is named', async () => {
  const { store, bucket, server } = await withStore();
  for (const name of ['a', 'b', 'c']) bucket.put(name, bytes('x'));
  server.order({ kind: 'error', status: 403, reason: 'forbidden' }, { object: 'b' });
  const error = await expectCairnError(store.delete(['a', 'b', 'c']), 'forbidden');
  expect(error.message).toContain('gs://bucket/b');
  expect(bucket.names).toEqual(['b']);
});
