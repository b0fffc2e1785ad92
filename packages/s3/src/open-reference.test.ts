import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { expectCairnError } from '@cairn/conformance';
import { readAll } from '@cairn/core';
import { describe, expect, test } from 'vitest';
import { withDouble } from '../test/double.js';
import { bytes, onlyEntry, readText } from '../test/helpers.js';
import { s3Handler } from './index.js';

describe('what was recorded', () => {
  test('is read by one request, on the condition that it is still there', async () => {
    const { handler, bucket, server } = await withDouble();
    const { etag } = bucket.put('model.h5', bytes('weights'));
    const entry = await onlyEntry(handler.observe('s3://bucket/model.h5'));
    server.forget();
    expect(await readText(handler.open(entry))).toBe('weights');
    expect(server.requests).toMatchObject([{ operation: 'GetObject', headers: { 'if-match': etag } }]);
  });

  test('is refused when the object changed, with both values', async () => {
    const { handler, bucket } = await withDouble();
    const old = bucket.put('model.h5', bytes('weights'));
    const entry = await onlyEntry(handler.observe('s3://bucket/model.h5'));
    const now = bucket.put('model.h5', bytes('WEIGHTS'));
    const error = await expectCairnError(handler.open(entry), 'reference_changed');
    expect(error.message).toContain(JSON.stringify(old.etag).slice(1, -1).replaceAll('\\', ''));
    expect(error.message).toContain(now.etag);
    expect(await handler.verify?.(entry)).toBe('changed');
  });

  test('is refused when a server that ignores conditions sends something else', async () => {
    const { handler, bucket, server } = await withDouble();
    bucket.put('model.h5', bytes('weights'));
    const entry = await onlyEntry(handler.observe('s3://bucket/model.h5'));
    for (const headers of [{ etag: '"other"' }, { 'content-length': '3' }]) {
      server.order(
        {
          kind: 'answer',
          change: (answer) => ({ ...answer, headers: { ...answer.headers, ...headers }, body: bytes('new') }),
        },
        { operation: 'GetObject' },
      );
      await expectCairnError(handler.open(entry), 'reference_changed');
    }
  });

  test('is not found when the object is gone', async () => {
    const { handler, bucket } = await withDouble();
    bucket.put('model.h5', bytes('weights'));
    const entry = await onlyEntry(handler.observe('s3://bucket/model.h5'));
    bucket.delete('model.h5');
    await expectCairnError(handler.open(entry), 'not_found');
    expect(await handler.verify?.(entry)).toBe('missing');
  });

  test('is still read in a versioned bucket when the object was overwritten or deleted', async () => {
    const { handler, bucket } = await withDouble();
    bucket.versioning = 'Enabled';
    const { versionId } = bucket.put('images/cat.png', bytes('cat'));
    for (const uri of ['s3://bucket/images', 's3://bucket/images/cat.png']) {
      const entry = await onlyEntry(handler.observe(uri));
      expect(entry.extra).toEqual({ versionId });
      bucket.put('images/cat.png', bytes('dog'));
      expect(await readText(handler.open(entry))).toBe('cat');
      const marker = bucket.delete('images/cat.png');
      expect(await readText(handler.open(entry))).toBe('cat');
      expect(await handler.verify?.(entry)).toBe('match');
      bucket.deleteVersion('images/cat.png', marker?.versionId ?? '');
      for (const { versionId: newer } of bucket.versionsOf('images/cat.png')) {
        if (newer !== versionId) bucket.deleteVersion('images/cat.png', newer);
      }
    }
  });

  test('is still read when it was written before its bucket had versions', async () => {
    const { handler, bucket } = await withDouble();
    bucket.put('model.h5', bytes('weights'));
    const entry = await onlyEntry(handler.observe('s3://bucket/model.h5'));
    bucket.versioning = 'Enabled';
    bucket.put('model.h5', bytes('newer'));
    expect(await readText(handler.open(entry))).toBe('weights');
    bucket.delete('model.h5');
    expect(await readText(handler.open(entry))).toBe('weights');
    bucket.deleteVersion('model.h5', 'null');
    await expectCairnError(handler.open(entry), 'not_found');
  });

  test('is not found when its version was deleted for good, or was only a delete marker, or is none', async () => {
    const { handler, bucket } = await withDouble();
    bucket.versioning = 'Enabled';
    const { versionId } = bucket.put('model.h5', bytes('weights'));
    const entry = await onlyEntry(handler.observe('s3://bucket/model.h5'));
    bucket.put('model.h5', bytes('newer'));
    bucket.deleteVersion('model.h5', versionId);
    await expectCairnError(handler.open(entry), 'not_found');
    expect(await handler.verify?.(entry)).toBe('missing');
    const marker = bucket.delete('model.h5');
    await expectCairnError(
      handler.observe(`s3://bucket/model.h5?versionId=${marker?.versionId}`),
      'not_found',
    );
    await expectCairnError(
      handler.open({ ...entry, extra: { versionId: marker?.versionId ?? '' } }),
      'not_found',
    );
  });

  test('takes an ETag of parts for a validator like any other', async () => {
    const { handler, bucket } = await withDouble();
    bucket.put('big.bin', bytes('two parts'), '"0123456789abcdef0123456789abcdef-2"');
    const entry = await onlyEntry(handler.observe('s3://bucket/big.bin'));
    expect(entry.digest).toBe('etag:"0123456789abcdef0123456789abcdef-2"');
    expect(await readText(handler.open(entry))).toBe('two parts');
    expect(await handler.verify?.(entry)).toBe('match');
  });

  test('may be unverified, and is read all the same', async () => {
    const { handler, bucket } = await withDouble();
    bucket.put('model.h5', bytes('weights'));
    const entry = await onlyEntry(handler.observe('s3://bucket/model.h5', { checksum: false }));
    expect(await readText(handler.open(entry))).toBe('weights');
    expect(await handler.verify?.(entry)).toBe('unverifiable');
    bucket.delete('model.h5');
    expect(await handler.verify?.(entry)).toBe('missing');
    await expectCairnError(handler.open(entry), 'not_found');
  });
});

describe('a range', () => {
  test.each([
    [{ start: 0 }, '0123456789'],
    [{ start: 3 }, '3456789'],
    [{ start: 3, end: 5 }, '34'],
    [{ start: 0, end: 1 }, '0'],
    [{ start: 8, end: 99 }, '89'],
    [{ start: 10 }, ''],
    [{ start: 99, end: 100 }, ''],
    [{ start: 3, end: 3 }, ''],
  ])('of %j yields its bytes', async (range, expected) => {
    const { handler, bucket, server } = await withDouble();
    bucket.put('digits.txt', bytes('0123456789'));
    const entry = await onlyEntry(handler.observe('s3://bucket/digits.txt'));
    expect(await readText(handler.open(entry, { range }))).toBe(expected);
    server.order({ kind: 'ignore-range' }, { operation: 'GetObject' });
    expect(await readText(handler.open(entry, { range }))).toBe(expected);
  });

  test('of an empty object yields nothing', async () => {
    const { handler, bucket } = await withDouble();
    bucket.put('empty.txt', bytes(''));
    const entry = await onlyEntry(handler.observe('s3://bucket/empty.txt'));
    expect(await readText(handler.open(entry))).toBe('');
    expect(await readText(handler.open(entry, { range: { start: 0, end: 5 } }))).toBe('');
  });
});

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

describe('access', () => {
  test('403 is forbidden, and never missing', async () => {
    const { handler, bucket, server } = await withDouble();
    bucket.put('model.h5', bytes('weights'));
    const entry = await onlyEntry(handler.observe('s3://bucket/model.h5'));
    server.order({ kind: 'error', status: 403, code: 'AccessDenied' }, { times: 99 });
    await expectCairnError(handler.open(entry), 'forbidden');
    await expectCairnError(handler.verify?.(entry) ?? Promise.resolve(), 'forbidden');
    expect(server.count('GetObject')).toBe(1);
    const error = await expectCairnError(handler.open({ ...entry, extra: { versionId: 'v' } }), 'forbidden');
    expect(error.hint).toContain('s3:GetObjectVersion');
  });

  test('an archived object says so', async () => {
    const { handler, bucket, server } = await withDouble();
    bucket.put('model.h5', bytes('weights'));
    const entry = await onlyEntry(handler.observe('s3://bucket/model.h5'));
    server.order({ kind: 'error', status: 403, code: 'InvalidObjectState' }, { operation: 'GetObject' });
    const error = await expectCairnError(handler.open(entry), 'unavailable');
    expect([error.isRetryable, error.hint]).toEqual([false, expect.stringContaining('Restore')]);
  });

  test('wrong credentials are named as such, and shown nowhere', async () => {
    const { clientConfig, server, bucket } = await withDouble();
    bucket.put('images/x', bytes('x'));
    for (const wrong of [
      { ...server.credentials, secretAccessKey: 'CANARY-SECRET', sessionToken: 'CANARY-TOKEN' },
      { accessKeyId: 'UNKNOWN', secretAccessKey: 'CANARY-SECRET', sessionToken: 'CANARY-TOKEN' },
    ]) {
      const handler = s3Handler({ clientConfig: { ...clientConfig, credentials: wrong } });
      server.order(
        {
          kind: 'answer',
          change: (answer) => ({
            ...answer,
            body: Buffer.from(
              Buffer.from(answer.body)
                .toString()
                .replace(
                  '</Error>',
                  '<CanonicalRequest>x-amz-security-token:CANARY-TOKEN</CanonicalRequest></Error>',
                ),
            ),
          }),
        },
        { times: 2 },
      );
      const error = await expectCairnError(handler.observe('s3://bucket/images/'), 'unauthenticated');
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('CANARY');
    }
  });

  test('no credentials at all are told apart from wrong ones', async () => {
    const { clientConfig } = await withDouble();
    const credentials = async () => {
      throw Object.assign(new Error('none'), { name: 'CredentialsProviderError' });
    };
    const handler = s3Handler({ clientConfig: { ...clientConfig, credentials } });
    const error = await expectCairnError(handler.observe('s3://bucket/x.txt'), 'unauthenticated');
    expect(error.hint).toContain('AWS_ACCESS_KEY_ID');
  });

  test('a bucket whose readers pay is read by who says so', async () => {
    const { clientConfig, bucket } = await withDouble();
    bucket.requesterPays = true;
    bucket.put('images/x', bytes('x'));
    await expectCairnError(s3Handler({ clientConfig }).observe('s3://bucket/images'), 'forbidden');
    const payer = s3Handler({ clientConfig, requesterPays: true });
    const entry = await onlyEntry(payer.observe('s3://bucket/images'));
    expect(await readText(payer.open(entry))).toBe('x');
    expect(await payer.verify?.(entry)).toBe('match');
  });

  test('a server that is not there is unavailable', async () => {
    const { clientConfig, server } = await withDouble();
    await server.close();
    const handler = s3Handler({ clientConfig: { ...clientConfig, maxAttempts: 1 } });
    await expectCairnError(handler.observe('s3://bucket/x.txt'), 'unavailable');
  });
});
