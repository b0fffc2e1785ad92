import { expectCairnError } from '@cairn/conformance';
import { bytes, onlyEntry, readText } from '@cairn/testing';
import { describe, expect, test } from 'vitest';
import { withDouble } from '../test/double.js';

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
