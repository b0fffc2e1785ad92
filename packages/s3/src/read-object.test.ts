import { randomBytes } from 'node:crypto';
import { expectCairnError } from '@cairn/conformance';
import { readAll } from '@cairn/core';
import { bytes, onlyEntry, readText } from '@cairn/testing';
import { describe, expect, test } from 'vitest';
import { withDouble } from '../test/double.js';
import { s3Handler } from './index.js';

describe('bad luck', () => {
  const content = new Uint8Array(randomBytes(300_000));

  async function prepared() {
    const double = await withDouble();
    double.bucket.put('data.bin', content);
    return { ...double, entry: await onlyEntry(double.handler.observe('s3://bucket/data.bin')) };
  }

  test.each([
    { kind: 'short', bytes: 100_000 },
    { kind: 'reset', bytes: 100_000 },
    { kind: 'reset', bytes: 0 },
    { kind: 'cut-chunk', bytes: 100_000 },
    { kind: 'cut-close', bytes: 100_000 },
    { kind: 'no-last-chunk' },
    { kind: 'drop' },
    { kind: 'error', status: 503, code: 'SlowDown' },
    { kind: 'error', status: 500, code: 'InternalError' },
  ] as const)('$kind is got over', async (fault) => {
    const { handler, server, entry } = await prepared();
    server.order(fault, { operation: 'GetObject', times: 2 });
    expect(Buffer.compare(await readAll(handler.open(entry)), content)).toBe(0);
    server.order(fault, { operation: 'GetObject' });
    const part = await readAll(handler.open(entry, { range: { start: 7, end: 299_000 } }));
    expect(Buffer.compare(part, content.subarray(7, 299_000))).toBe(0);
  });

  test('a body that always breaks off is given up after some tries, without a byte more', async () => {
    const { handler, server, entry } = await prepared();
    server.order({ kind: 'short', bytes: 10 }, { operation: 'GetObject', times: 99 });
    const chunks: Uint8Array[] = [];
    const read = (async () => {
      for await (const chunk of handler.open(entry)) chunks.push(chunk);
    })();
    await expectCairnError(read, 'unavailable');
    expect(Buffer.concat(chunks)).toEqual(Buffer.from(content.subarray(0, 50)));
    expect(server.count('GetObject')).toBe(5);
  });

  test('an object that changes while it is read is never mixed with another', async () => {
    const { handler, server, bucket, entry } = await prepared();
    server.order({ kind: 'short', bytes: 100_000 }, { operation: 'GetObject' });
    server.order(
      { kind: 'call', run: () => void bucket.put('data.bin', bytes('other')) },
      { operation: 'GetObject' },
    );
    await expectCairnError(handler.open(entry), 'reference_changed');
  });

  test('what goes on being sent must be the same, also by a server that ignores conditions', async () => {
    const { handler, server, entry } = await prepared();
    server.order({ kind: 'short', bytes: 100_000 }, { operation: 'GetObject' });
    server.order(
      {
        kind: 'answer',
        change: (answer) => ({ ...answer, headers: { ...answer.headers, etag: '"other"' } }),
      },
      { operation: 'GetObject' },
    );
    await expectCairnError(handler.open(entry), 'reference_changed');
  });

  test('a body is not taken up again where nothing tells one object from another', async () => {
    const { handler, server } = await prepared();
    const entry = await onlyEntry(handler.observe('s3://bucket/data.bin', { checksum: false }));
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n';
    server.forget();
    server.order({ kind: 'raw', text: `${head}some` }, { operation: 'GetObject' });
    await expectCairnError(handler.open(entry), 'unavailable');
    expect(server.count('GetObject')).toBe(1);
  });

  test('an object without a record that changes while it is read is not mixed either', async () => {
    const { handler, server, bucket } = await prepared();
    const entry = await onlyEntry(handler.observe('s3://bucket/data.bin', { checksum: false }));
    server.order({ kind: 'short', bytes: 100_000 }, { operation: 'GetObject' });
    server.order(
      {
        kind: 'call',
        run: () =>
          void bucket.put(
            'data.bin',
            content.map((b) => b ^ 1),
          ),
      },
      { operation: 'GetObject' },
    );
    await expectCairnError(handler.open(entry), 'reference_changed');
  });

  test('an overwritten version goes on being read', async () => {
    const { handler, server, bucket } = await prepared();
    bucket.versioning = 'Enabled';
    bucket.put('data.bin', content);
    const entry = await onlyEntry(handler.observe('s3://bucket/data.bin', { checksum: false }));
    server.order({ kind: 'short', bytes: 100_000 }, { operation: 'GetObject' });
    server.order(
      { kind: 'call', run: () => void bucket.put('data.bin', bytes('other')) },
      { operation: 'GetObject' },
    );
    expect(Buffer.compare(await readAll(handler.open(entry)), content)).toBe(0);
  });

  test('a body that is too long never gives more than the object has', async () => {
    const { handler, server, entry } = await prepared();
    server.order(
      {
        kind: 'raw',
        text: `HTTP/1.1 200 OK\r\nETag: ${entry.digest.slice('etag:'.length)}\r\n\r\n${'x'.repeat(300_001)}`,
      },
      { operation: 'GetObject' },
    );
    await expectCairnError(handler.open(entry), 'integrity_mismatch');
  });

  test('another range than the one asked for is not taken', async () => {
    const { handler, server, entry } = await prepared();
    server.order({ kind: 'wrong-range', shift: 3 }, { operation: 'GetObject', times: 99 });
    await expectCairnError(handler.open(entry, { range: { start: 10, end: 20 } }), 'integrity_mismatch');
  });

  test('other bytes under the same ETag are found where the server keeps a checksum', async () => {
    const { handler, server, bucket } = await withDouble();
    bucket.put('sum.txt', bytes('0123456789'), '"fixed"', { 'x-amz-checksum-crc32': 'poTHxg==' });
    const entry = await onlyEntry(handler.observe('s3://bucket/sum.txt'));
    expect(await readText(handler.open(entry))).toBe('0123456789');
    server.order({ kind: 'swap' }, { operation: 'GetObject' });
    await expectCairnError(handler.open(entry), 'integrity_mismatch');
    // After a break, too, as long as not a byte was read.
    server.order({ kind: 'reset', bytes: 0 }, { operation: 'GetObject' });
    server.order({ kind: 'swap' }, { operation: 'GetObject' });
    await expectCairnError(handler.open(entry), 'integrity_mismatch');
  });

  test.each([undefined, 100_000])('silence after %s bytes is a timeout', async (silentAfter) => {
    const { server, clientConfig, entry } = await prepared();
    const handler = s3Handler({ clientConfig: { ...clientConfig, maxAttempts: 1 }, timeoutMs: 200 });
    server.order({ kind: 'hang', bytes: silentAfter }, { operation: 'GetObject' });
    server.order({ kind: 'hang', bytes: 0 }, { operation: 'GetObject', times: 99 });
    await expectCairnError(handler.open(entry), 'timeout');
  });

  test('an abort ends a read at once, whatever the server does', async () => {
    const { handler, server, entry } = await prepared();
    const reason = new Error('changed my mind');
    server.forget();
    await expect(readAll(handler.open(entry, { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
    expect(server.count()).toBe(0);
    for (const silentAfter of [undefined, 100_000]) {
      server.order({ kind: 'hang', bytes: silentAfter }, { operation: 'GetObject' });
      const controller = new AbortController();
      setTimeout(() => controller.abort(reason), 50);
      await expect(readAll(handler.open(entry, { signal: controller.signal }))).rejects.toBe(reason);
    }
  });

  test('a read that is broken off leaves no connection busy', async () => {
    const { server, clientConfig, bucket } = await withDouble();
    const handler = s3Handler({
      clientConfig: { ...clientConfig, requestHandler: { httpAgent: { maxSockets: 1 } } },
    });
    bucket.put('data.bin', new Uint8Array(4_000_000));
    const entry = await onlyEntry(handler.observe('s3://bucket/data.bin'));
    for (let i = 0; i < 3; i++) {
      for await (const _ of handler.open(entry)) break;
    }
    expect(server.count('GetObject')).toBe(3);
    // Nor does one that is refused by what its answer says.
    for (let i = 0; i < 2; i++) {
      server.order(
        {
          kind: 'answer',
          change: (answer) => ({ ...answer, headers: { ...answer.headers, etag: '"other"' } }),
        },
        { operation: 'GetObject' },
      );
      await expectCairnError(handler.open(entry), 'reference_changed');
    }
  });
});
