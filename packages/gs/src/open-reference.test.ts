import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expectCairnError } from '@cairn/conformance';
import { readAll } from '@cairn/core';
import { bytes, onlyEntry, readText } from '@cairn/testing';
import { describe, expect, test } from 'vitest';
import { withDouble } from '../test/double.js';
import { gsHandler } from './index.js';

describe('what was recorded', () => {
  test('is read by one request, for that very generation', async () => {
    const { handler, bucket, server } = await withDouble();
    const { generation } = bucket.put('model.h5', bytes('weights'));
    const entry = await onlyEntry(handler.observe('gs://bucket/model.h5'));
    server.forget();
    expect(await readText(handler.open(entry))).toBe('weights');
    expect(server.requests.map(({ operation, query }) => [operation, query.get('generation')])).toEqual([
      ['objects.media', generation],
    ]);
  });

  test('is refused when the object changed, with both values', async () => {
    const { handler, bucket } = await withDouble();
    const old = bucket.put('model.h5', bytes('weights'));
    const entry = await onlyEntry(handler.observe('gs://bucket/model.h5'));
    const now = bucket.put('model.h5', bytes('WEIGHTS'));
    const error = await expectCairnError(handler.open(entry), 'reference_changed');
    expect(error.message).toContain(old.generation);
    expect(error.message).toContain(now.generation);
    expect(await handler.verify?.(entry)).toBe('changed');
    bucket.delete('model.h5');
    await expectCairnError(handler.open(entry), 'not_found');
    expect(await handler.verify?.(entry)).toBe('missing');
  });

  test('is still read in a versioned bucket when it was overwritten or deleted', async () => {
    const { handler, bucket } = await withDouble();
    bucket.versioning = true;
    const { generation } = bucket.put('images/cat', bytes('cat'));
    const entry = await onlyEntry(handler.observe('gs://bucket/images'));
    bucket.put('images/cat', bytes('dog'));
    expect(await readText(handler.open(entry))).toBe('cat');
    bucket.delete('images/cat');
    expect(await readText(handler.open(entry))).toBe('cat');
    expect(await handler.verify?.(entry)).toBe('match');
    bucket.deleteGeneration('images/cat', generation);
    await expectCairnError(handler.open(entry), 'not_found');
  });

  test('is refused when a server that ignores generations sends another', async () => {
    const { handler, bucket, server } = await withDouble();
    bucket.put('model.h5', bytes('weights'));
    const entry = await onlyEntry(handler.observe('gs://bucket/model.h5'));
    server.order(
      {
        kind: 'answer',
        change: (answer) => ({ ...answer, headers: { ...answer.headers, 'x-goog-generation': '1' } }),
      },
      { operation: 'objects.media' },
    );
    await expectCairnError(handler.open(entry), 'reference_changed');
  });

  test('comes as it is stored, also when that is compressed', async () => {
    const { handler, bucket } = await withDouble();
    const stored = gzipSync('text');
    bucket.put('log.txt', stored, { given: { contentEncoding: 'gzip', contentType: 'text/plain' } });
    const entry = await onlyEntry(handler.observe('gs://bucket/log.txt'));
    expect(Buffer.compare(await readAll(handler.open(entry)), stored)).toBe(0);
  });

  test('may be unverified, and is read all the same', async () => {
    const { handler, bucket } = await withDouble();
    bucket.put('model.h5', bytes('weights'));
    const entry = await onlyEntry(handler.observe('gs://bucket/model.h5', { checksum: false }));
    expect(await readText(handler.open(entry))).toBe('weights');
    expect(await handler.verify?.(entry)).toBe('unverifiable');
  });
});

describe('bad luck', () => {
  const content = new Uint8Array(randomBytes(300_000));

  async function prepared() {
    const double = await withDouble();
    double.bucket.put('data.bin', content);
    return { ...double, entry: await onlyEntry(double.handler.observe('gs://bucket/data.bin')) };
  }

  test.each([
    { kind: 'short', bytes: 100_000 },
    { kind: 'reset', bytes: 100_000 },
    { kind: 'reset', bytes: 0 },
    { kind: 'cut-chunk', bytes: 100_000 },
    { kind: 'cut-close', bytes: 100_000 },
    { kind: 'drop' },
    { kind: 'error', status: 503, reason: 'backendError' },
    { kind: 'error', status: 429, reason: 'rateLimitExceeded' },
  ] as const)('$kind is got over', async (fault) => {
    const { handler, server, entry } = await prepared();
    server.order(fault, { operation: 'objects.media', times: 2 });
    expect(Buffer.compare(await readAll(handler.open(entry)), content)).toBe(0);
    server.order(fault, { operation: 'objects.media' });
    const part = await readAll(handler.open(entry, { range: { start: 7, end: 299_000 } }));
    expect(Buffer.compare(part, content.subarray(7, 299_000))).toBe(0);
  });

  test('a body that always breaks off is given up after some tries, without a byte more', async () => {
    const { handler, server, entry } = await prepared();
    server.order({ kind: 'short', bytes: 10 }, { operation: 'objects.media', times: 99 });
    const chunks: Uint8Array[] = [];
    const read = (async () => {
      for await (const chunk of handler.open(entry)) chunks.push(chunk);
    })();
    await expectCairnError(read, 'unavailable');
    const got = Buffer.concat(chunks);
    expect(got).toEqual(Buffer.from(content.subarray(0, got.length)));
    expect(server.count('objects.media')).toBe(5);
  });

  test('an object that changes while it is read is never mixed with another', async () => {
    const { handler, server, bucket, entry } = await prepared();
    const unverified = await onlyEntry(handler.observe('gs://bucket/data.bin', { checksum: false }));
    for (const reference of [entry, unverified]) {
      server.order({ kind: 'short', bytes: 100_000 }, { operation: 'objects.media' });
      server.order(
        { kind: 'call', run: () => void bucket.put('data.bin', content.toReversed()) },
        { operation: 'objects.media' },
      );
      await expectCairnError(handler.open(reference), 'reference_changed');
    }
  });

  test.each([undefined, { composite: true }])(
    'other bytes of the same size are found (%j)',
    async (options) => {
      const { handler, server, bucket } = await withDouble();
      bucket.put('data.bin', content, options);
      const entry = await onlyEntry(handler.observe('gs://bucket/data.bin'));
      server.order({ kind: 'swap' }, { operation: 'objects.media' });
      await expectCairnError(handler.open(entry), 'integrity_mismatch');
    },
  );

  test('another range than the one asked for is not taken', async () => {
    const { handler, server, entry } = await prepared();
    server.order({ kind: 'wrong-range', shift: 3 }, { operation: 'objects.media', times: 99 });
    await expectCairnError(handler.open(entry, { range: { start: 10, end: 20 } }), 'integrity_mismatch');
  });

  test('a whole that comes for a range is cut', async () => {
    const { handler, server, entry } = await prepared();
    server.order({ kind: 'ignore-range' }, { operation: 'objects.media' });
    const part = await readAll(handler.open(entry, { range: { start: 10, end: 20 } }));
    expect(Buffer.compare(part, content.subarray(10, 20))).toBe(0);
  });

  test('a body that is too long never gives more than the object has', async () => {
    const { handler, server, entry } = await prepared();
    const text = `HTTP/1.1 200 OK\r\nx-goog-generation: ${entry.extra?.generation}\r\n\r\n${'x'.repeat(300_001)}`;
    server.order({ kind: 'raw', text }, { operation: 'objects.media' });
    await expectCairnError(handler.open(entry), 'integrity_mismatch');
  });

  test.each([undefined, 100_000])('silence after %s bytes is a timeout', async (silentAfter) => {
    const { server, clientConfig, entry } = await prepared();
    const handler = gsHandler({ clientConfig, timeoutMs: 200 });
    server.order({ kind: 'hang', bytes: silentAfter }, { operation: 'objects.media' });
    server.order({ kind: 'hang', bytes: 0 }, { operation: 'objects.media', times: 99 });
    await expectCairnError(handler.open(entry), 'timeout');
  });

  test('an abort ends a read at once, whatever the server does', async () => {
    const { handler, server, entry } = await prepared();
    const reason = new Error('changed my mind');
    for (const silentAfter of [undefined, 100_000]) {
      server.order({ kind: 'hang', bytes: silentAfter }, { operation: 'objects.media' });
      const controller = new AbortController();
      setTimeout(() => controller.abort(reason), 50);
      await expect(readAll(handler.open(entry, { signal: controller.signal }))).rejects.toBe(reason);
    }
  });

  test('403 is forbidden, and never missing', async () => {
    const { handler, server, entry } = await prepared();
    server.order({ kind: 'error', status: 403, reason: 'forbidden' }, { times: 99 });
    await expectCairnError(handler.open(entry), 'forbidden');
    await expectCairnError(handler.verify?.(entry) ?? Promise.resolve(), 'forbidden');
  });
});
