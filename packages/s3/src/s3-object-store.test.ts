import { createHash, randomBytes } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import { expectCairnError } from '@cairn/conformance';
import type { S3Server } from '@cairn/conformance/servers';
import { type ObjectStore, readAll } from '@cairn/core';
import { bytes, collect, readText, reusing } from '@cairn/testing';
import { describe, expect, test } from 'vitest';
import { withDouble } from '../test/double.js';
import { s3ObjectStore } from './index.js';

async function withStore(prefix?: string) {
  const double = await withDouble();
  return { ...double, store: s3ObjectStore({ bucket: 'bucket', prefix, clientConfig: double.clientConfig }) };
}

const operations = ({ requests }: S3Server) => requests.map(({ operation }) => operation);

describe('a store', () => {
  test('keeps to its prefix', async () => {
    const { store, bucket } = await withStore('team/cairn');
    bucket.put('team/cairn2/x', bytes('x'));
    bucket.put('team/other', bytes('x'));
    expect(store.location).toBe('s3://bucket/team/cairn/');
    await store.put('packs/a', bytes('1'));
    expect(bucket.current('team/cairn/packs/a')).toBeDefined();
    expect(await collect(store.list(''))).toEqual([{ key: 'packs/a', size: 1 }]);
    expect(await store.stat('packs/a')).toEqual({ key: 'packs/a', size: 1 });
    expect(await readText(store.open('packs/a'))).toBe('1');
    await store.delete(['packs/a']);
    expect(bucket.keys).toEqual(['team/cairn2/x', 'team/other']);
  });

  test('refuses what can be no bucket', () => {
    expect(() => s3ObjectStore({ bucket: 'arn:aws:s3:::bucket' })).toThrow(
      expect.objectContaining({ code: 'uri_invalid' }),
    );
  });

  test('lists more than a page, by the listing and nothing else', async () => {
    const { store, bucket, server } = await withStore();
    for (let i = 0; i < 2300; i++) bucket.put(`packs/${i}`, bytes('x'));
    bucket.put('packs/dir/', bytes(''));
    expect(await collect(store.list('packs/'))).toHaveLength(2301);
    expect(operations(server)).toEqual(Array(3).fill('ListObjectsV2'));
  });
});

describe('encryption by the bucket', () => {
  const seals = ({ requests }: S3Server) =>
    requests.map(({ operation, headers }) => [
      operation,
      headers['x-amz-server-side-encryption'],
      headers['x-amz-server-side-encryption-aws-kms-key-id'],
    ]);

  test('is asked for where a write begins', async () => {
    const { server, clientConfig } = await withDouble();
    const kms = { serverSideEncryption: 'aws:kms', kmsKeyId: 'alias/cairn' } as const;
    const store = s3ObjectStore({ bucket: 'bucket', clientConfig, ...kms });
    await store.put('a', bytes('1'));
    await store.put('b', reusing(new Uint8Array(9 * 1024 * 1024), 100_000));
    expect(seals(server)).toEqual([
      ['PutObject', 'aws:kms', 'alias/cairn'],
      ['CreateMultipartUpload', 'aws:kms', 'alias/cairn'],
      ['UploadPart', undefined, undefined],
      ['UploadPart', undefined, undefined],
      ['CompleteMultipartUpload', undefined, undefined],
    ]);
  });

  test('is what the bucket is set to if nothing is said', async () => {
    const { store, server } = await withStore();
    await store.put('a', bytes('1'));
    expect(seals(server)).toEqual([['PutObject', undefined, undefined]]);
  });

  test.each([undefined, 'AES256'] as const)('has no use for a key with %s', (serverSideEncryption) => {
    const options = { bucket: 'bucket', serverSideEncryption, kmsKeyId: 'alias/cairn' };
    expect(() => s3ObjectStore(options)).toThrow(TypeError);
  });
});

describe('a write', () => {
  test('of a small stream is one request, of bytes as well', async () => {
    const { store, bucket, server } = await withStore();
    const content = new Uint8Array(randomBytes(8 * 1024 * 1024));
    expect(await store.put('a', reusing(content, 65_536))).toEqual({ key: 'a', size: content.length });
    expect(await store.put('b', content)).toEqual({ key: 'b', size: content.length });
    expect(await store.put('c', reusing(new Uint8Array(), 1))).toEqual({ key: 'c', size: 0 });
    expect(operations(server)).toEqual(['PutObject', 'PutObject', 'PutObject']);
    expect(Buffer.compare(bucket.current('a')?.bytes ?? bytes(''), content)).toBe(0);
  });

  test('of a large stream is made of parts', async () => {
    const { store, bucket, server } = await withStore();
    const content = new Uint8Array(randomBytes(20 * 1024 * 1024 + 1));
    expect(await store.put('a', reusing(content, 100_000))).toEqual({ key: 'a', size: content.length });
    expect(operations(server).sort()).toEqual([
      'CompleteMultipartUpload',
      'CreateMultipartUpload',
      ...Array(3).fill('UploadPart'),
    ]);
    const stored = bucket.current('a');
    expect(stored?.etag).toMatch(/^"[0-9a-f]{32}-3"$/);
    expect(Buffer.compare(stored?.bytes ?? bytes(''), content)).toBe(0);
    expect(Buffer.compare(await readAll(store.open('a')), content)).toBe(0);
  });

  test('with checksums in trailers, as the SDK sends them to S3, arrives whole', async () => {
    const { clientConfig, bucket } = await withDouble();
    const config = { ...clientConfig, requestChecksumCalculation: 'WHEN_SUPPORTED' } as const;
    const store = s3ObjectStore({ bucket: 'bucket', clientConfig: config });
    const content = new Uint8Array(randomBytes(9 * 1024 * 1024));
    await store.put('a', content);
    await store.put('b', reusing(content, 65_536));
    for (const key of ['a', 'b'])
      expect(Buffer.compare(bucket.current(key)?.bytes ?? bytes(''), content)).toBe(0);
    expect(Buffer.compare(await readAll(store.open('a')), content)).toBe(0);
  });

  test.each([
    ['UploadPart', { kind: 'error', status: 403, code: 'AccessDenied' }, 'forbidden'],
    ['CompleteMultipartUpload', { kind: 'error', status: 400, code: 'InvalidPart' }, 'unavailable'],
    // S3 sends the status before it knows.
    ['CompleteMultipartUpload', { kind: 'error', status: 200, code: 'InternalError' }, 'unavailable'],
  ] as const)('in parts that fails at %s leaves none behind', async (operation, fault, code) => {
    const { store, bucket, server } = await withStore();
    server.order(fault, { operation, times: 9 });
    await expectCairnError(store.put('a', reusing(new Uint8Array(20_000_000), 1_000_000)), code);
    expect(bucket.uploads.size).toBe(0);
    expect(bucket.keys).toEqual([]);
  });

  test('in parts that fails ends the parts under way, and says what went wrong first', async () => {
    const { store, bucket, server } = await withStore();
    const never = new Promise<void>(() => undefined);
    server.order({ kind: 'error', status: 403, code: 'AccessDenied' }, { operation: 'UploadPart', skip: 2 });
    server.order({ kind: 'call', run: () => never }, { operation: 'UploadPart', times: 3 });
    await expectCairnError(store.put('a', reusing(new Uint8Array(40_000_000), 1_000_000)), 'forbidden');
    expect([bucket.uploads.size, bucket.keys.length]).toEqual([0, 0]);
    server.order({ kind: 'error', status: 403, code: 'AccessDenied' }, { operation: 'UploadPart' });
    server.order(
      { kind: 'error', status: 404, code: 'NoSuchUpload' },
      { operation: 'AbortMultipartUpload', times: 9 },
    );
    await expectCairnError(store.put('b', reusing(new Uint8Array(9_000_000), 1_000_000)), 'forbidden');
  });

  test('in parts that is aborted at its very end stores nothing', async () => {
    const { store, bucket, server } = await withStore();
    const controller = new AbortController();
    const reason = new Error('changed my mind');
    const run = () => {
      controller.abort(reason);
      return new Promise<void>(() => undefined);
    };
    server.order({ kind: 'call', run }, { operation: 'CompleteMultipartUpload' });
    const { signal } = controller;
    const putting = store.put('a', reusing(new Uint8Array(9_000_000), 1_000_000), { signal });
    await expect(putting).rejects.toBe(reason);
    expect([bucket.uploads.size, bucket.keys.length]).toEqual([0, 0]);
  });

  test('whose producer fails stores nothing, and throws what it threw', async () => {
    const { store, bucket } = await withStore();
    for (const size of [1_000_000, 30_000_000]) {
      const reason = new Error('the disk is gone');
      const failing = async function* () {
        yield* reusing(new Uint8Array(size), 1_000_000);
        throw reason;
      };
      await expect(store.put('a', failing())).rejects.toBe(reason);
      expect([bucket.uploads.size, bucket.keys.length]).toEqual([0, 0]);
    }
  });

  test('that is aborted stores nothing, also while its producer is silent', async () => {
    const { store, bucket } = await withStore();
    for (const size of [1_000_000, 30_000_000]) {
      const controller = new AbortController();
      const reason = new Error('changed my mind');
      const silent = async function* () {
        yield* reusing(new Uint8Array(size), 1_000_000);
        setTimeout(() => controller.abort(reason), 50);
        await new Promise(() => undefined);
      };
      await expect(store.put('a', silent(), { signal: controller.signal })).rejects.toBe(reason);
      expect([bucket.uploads.size, bucket.keys.length]).toEqual([0, 0]);
    }
  });

  test('that the server interrupts is repeated by the SDK', async () => {
    const { store, bucket, server } = await withStore();
    server.order({ kind: 'error', status: 503, code: 'SlowDown' }, { operation: 'PutObject' });
    await store.put('a', bytes('x'));
    expect(server.count()).toBe(2);
    expect(bucket.current('a')).toBeDefined();
  });
});

describe('ifAbsent', () => {
  const large = () => reusing(new Uint8Array(9_000_000), 1_000_000);

  test('refuses to replace, in one request and in parts', async () => {
    const { store, bucket } = await withStore();
    const { etag } = bucket.put('a', bytes('first'));
    await expectCairnError(store.put('a', bytes('x'), { ifAbsent: true }), 'conflict');
    await expectCairnError(store.put('a', large(), { ifAbsent: true }), 'conflict');
    expect(bucket.current('a')?.etag).toBe(etag);
    expect(bucket.uploads.size).toBe(0);
  });

  test('lets one of many win, whatever the server says of those that come at once', async () => {
    const { store, server } = await withStore();
    server.order({ kind: 'error', status: 409, code: 'ConditionalRequestConflict' }, { times: 10 });
    const puts = Array.from({ length: 10 }, (_, i) => store.put('a', bytes(`${i}`), { ifAbsent: true }));
    const settled = await Promise.allSettled(puts);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('knows its own write again when the answer got lost', async () => {
    const { store, bucket, server } = await withStore();
    server.order({ kind: 'drop' }, { operation: 'PutObject' });
    await store.put('a', bytes('mine'), { ifAbsent: true });
    server.order({ kind: 'drop' }, { operation: 'CompleteMultipartUpload' });
    await store.put('b', large(), { ifAbsent: true });
    expect(bucket.keys).toEqual(['a', 'b']);
    expect(server.count('PutObject') + server.count('CompleteMultipartUpload')).toBe(4);
    // But not that of somebody else.
    server.order({ kind: 'error', status: 500, code: 'InternalError' }, { operation: 'PutObject' });
    server.order(
      { kind: 'call', run: () => void bucket.put('c', bytes('mine')) },
      { operation: 'PutObject' },
    );
    await expectCairnError(store.put('c', bytes('mine'), { ifAbsent: true }), 'conflict');
  });

  test("says so when the server can't do it", async () => {
    const { store, server } = await withStore();
    server.order(
      { kind: 'error', status: 501, code: 'NotImplemented' },
      { operation: 'PutObject', times: 9 },
    );
    const error = await expectCairnError(store.put('a', bytes('x'), { ifAbsent: true }), 'unavailable');
    expect(error.isRetryable).toBe(false);
    expect(error.message).toContain('If-None-Match');
  });
});

describe('a delete', () => {
  test('takes a thousand keys at a time, and keys that are not there', async () => {
    const { store, bucket, server } = await withStore();
    const keys = Array.from({ length: 2001 }, (_, i) => `packs/${i} <&>"🙂`);
    for (const key of keys.slice(0, 2000)) bucket.put(key, bytes('x'));
    await store.delete(keys);
    expect(bucket.keys).toEqual([]);
    expect(operations(server)).toEqual(Array(3).fill('DeleteObjects'));
  });

  test('reports a single key that could not be deleted', async () => {
    const { store, server } = await withStore();
    const change = (code: string) => () => ({
      status: 200,
      headers: {},
      body: Buffer.from(
        `<DeleteResult><Error><Key>b</Key><Code>${code}</Code><Message>no</Message></Error></DeleteResult>`,
      ),
    });
    server.order({ kind: 'answer', change: change('AccessDenied') }, { operation: 'DeleteObjects' });
    const error = await expectCairnError(store.delete(['a', 'b']), 'forbidden');
    expect(error.message).toContain('s3://bucket/b');
    server.order({ kind: 'answer', change: change('NoSuchKey') }, { operation: 'DeleteObjects' });
    await store.delete(['a', 'b']);
  });

  test('goes key by key where the server knows no other way', async () => {
    const { store, bucket, server } = await withStore();
    for (let i = 0; i < 40; i++) bucket.put(`${i}`, bytes('x'));
    server.order({ kind: 'error', status: 501, code: 'NotImplemented' }, { operation: 'DeleteObjects' });
    await store.delete(bucket.keys);
    expect(bucket.keys).toEqual([]);
    expect(server.count('DeleteObject')).toBe(40);
  });
});

test('every object has the ETag that S3 would give it', async () => {
  const { store, bucket } = await withStore();
  const content = new Uint8Array(randomBytes(9 * 1024 * 1024));
  const md5 = (part: Uint8Array) => createHash('md5').update(part).digest();
  await store.put('a', reusing(content, 1_000_000));
  const parts = [content.subarray(0, 8 * 1024 * 1024), content.subarray(8 * 1024 * 1024)].map(md5);
  expect(bucket.current('a')?.etag).toBe(`"${md5(Buffer.concat(parts)).toString('hex')}-2"`);
});

describe('a signed write', () => {
  async function write(store: ObjectStore, more: Record<string, string> = {}, left: readonly string[] = []) {
    const signed = await store.signWrite?.('a', 5, { seconds: 60 });
    if (signed === undefined) throw new Error('nothing is signed');
    const { 'content-length': _, ...headers } = { ...signed.headers, ...more };
    for (const name of left) delete headers[name];
    const { status } = await fetch(signed.url, { method: 'PUT', headers, body: 'bytes' });
    return { status, url: signed.url };
  }

  test('has no checksum of a body that is still to come, whatever the SDK is set to', async () => {
    const { clientConfig, bucket } = await withDouble();
    const config = { ...clientConfig, requestChecksumCalculation: 'WHEN_SUPPORTED' } as const;
    const client = new S3Client(config);
    for (const options of [{ clientConfig: config }, { client }]) {
      const { status, url } = await write(s3ObjectStore({ bucket: 'bucket', ...options }));
      expect(status).toBe(200);
      expect(url).not.toMatch(/checksum/i);
      bucket.delete('a');
    }
    client.destroy();
  });

  test('is encrypted by the bucket as any other, and so is a copy', async () => {
    const { server, clientConfig } = await withDouble();
    const kms = { serverSideEncryption: 'aws:kms', kmsKeyId: 'alias/cairn' } as const;
    const store = s3ObjectStore({ bucket: 'bucket', clientConfig, ...kms });
    for (const left of Object.keys((await store.signWrite?.('a', 5, { seconds: 60 }))?.headers ?? {})) {
      if (left !== 'content-length') expect((await write(store, {}, [left])).status, left).toBe(403);
    }
    expect((await write(store)).status).toBe(200);
    server.forget();
    await store.copy?.('a', 'b');
    const [{ headers, operation } = { headers: {}, operation: '' }] = server.requests;
    expect(operation).toBe('CopyObject');
    expect(headers).toMatchObject({
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'alias/cairn',
    });
  });

  test('is copied without what else was said of it', async () => {
    const { store, bucket } = await withStore('team');
    await write(store, { 'content-type': 'text/html', 'content-encoding': 'gzip' });
    expect(bucket.current('team/a')?.headers).toHaveProperty('content-encoding');
    await store.copy?.('a', 'b');
    expect(bucket.current('team/b')?.headers).toEqual({ 'content-type': 'application/octet-stream' });
  });

  test('is none without credentials', async () => {
    const { clientConfig } = await withDouble();
    const credentials = async () => {
      throw Object.assign(new Error('none'), { name: 'CredentialsProviderError' });
    };
    const store = s3ObjectStore({ bucket: 'bucket', clientConfig: { ...clientConfig, credentials } });
    expect(await store.signWrite?.('a', 5, { seconds: 60 })).toBeUndefined();
  });
});
