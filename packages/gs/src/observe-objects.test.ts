import { expectCairnError } from '@cairn/conformance';
import { bytes, collect, entryOf, onlyEntry, readText } from '@cairn/testing';
import { describe, expect, test } from 'vitest';
import { withDouble } from '../test/double.js';
import { gsHandler } from './index.js';

const hexOf = (base64: string | undefined) => Buffer.from(base64 ?? '', 'base64').toString('hex');

describe('an object', () => {
  test('costs one request, and is recorded with its MD5, size, generation and ETag', async () => {
    const { handler, bucket, server } = await withDouble();
    const { md5Hash, generation, etag } = bucket.put('checkpoints/model.h5', bytes('weights'));
    expect(await collect(handler.observe('gs://bucket/checkpoints/model.h5'))).toEqual([
      {
        kind: 'object',
        path: 'model.h5',
        uri: 'gs://bucket/checkpoints/model.h5',
        digest: `md5:${hexOf(md5Hash)}`,
        size: 7,
        extra: { generation, etag },
      },
    ]);
    expect(server.requests.map(({ operation }) => operation)).toEqual(['objects.get']);
  });

  test('that was composed of others is recorded with its CRC32C', async () => {
    const { handler, bucket } = await withDouble();
    bucket.put('big.bin', bytes('123456789'), { composite: true });
    const entry = await onlyEntry(handler.observe('gs://bucket/big.bin'));
    expect(entry.digest).toBe('crc32c:e3069283');
    expect(await readText(handler.open(entry))).toBe('123456789');
  });

  test('can be an older generation, named in the URI', async () => {
    const { handler, bucket } = await withDouble();
    bucket.versioning = true;
    const { generation } = bucket.put('a+b c/%41', bytes('old'));
    bucket.put('a+b c/%41', bytes('newer'));
    const uri = `gs://bucket/a+b c/%41#${generation}`;
    const entry = await onlyEntry(handler.observe(uri));
    expect(entry).toMatchObject({ path: '%41', uri, size: 3, extra: { generation } });
    expect(await readText(handler.open(entry))).toBe('old');
  });

  test('without an extension is found by one request too, though it may be a folder', async () => {
    const { handler, bucket, server } = await withDouble();
    bucket.put('LICENSE', bytes('text'));
    bucket.put('LICENSE-old/x', bytes('text'));
    const found = await collect(handler.observe('gs://bucket/LICENSE'));
    expect(found).toMatchObject([{ kind: 'object', path: 'LICENSE', size: 4 }]);
    expect(server.count()).toBe(1);
  });

  test('without an extension is found by those who may not list', async () => {
    const { handler, bucket, server } = await withDouble();
    bucket.put('LICENSE', bytes('text'));
    server.order({ kind: 'error', status: 403, reason: 'forbidden' }, { operation: 'objects.list' });
    expect(await collect(handler.observe('gs://bucket/LICENSE'))).toMatchObject([{ kind: 'object' }]);
  });

  test('with checksum false costs no request', async () => {
    const { handler, server } = await withDouble();
    const uri = 'gs://bucket/a/model.h5';
    expect(await collect(handler.observe(uri, { checksum: false }))).toEqual([
      { kind: 'object', path: 'model.h5', uri, digest: `uri:${uri}` },
    ]);
    expect(server.count()).toBe(0);
  });
});

describe('a prefix', () => {
  test.each([true, false])('means a folder, with versioning %s', async (versioning) => {
    const { handler, bucket } = await withDouble();
    bucket.versioning = versioning;
    for (const name of ['images-old/x', 'images.png', 'images/cat.png', 'images/sub/dog.png', 'images2/x']) {
      bucket.put(name, bytes('older'));
      bucket.put(name, bytes(name));
    }
    bucket.put('images/gone', bytes('x'));
    bucket.delete('images/gone');
    bucket.put('images/', bytes(''));
    for (const uri of ['gs://bucket/images', 'gs://bucket/images/']) {
      const observations = await collect(handler.observe(uri));
      expect(observations.map(({ kind, path, extra }) => [kind, path, extra?.generation])).toEqual([
        ['member', 'cat.png', bucket.live('images/cat.png')?.generation],
        ['member', 'sub/dog.png', bucket.live('images/sub/dog.png')?.generation],
      ]);
    }
  });

  test('costs one list request per 1,000 objects and nothing else', async () => {
    const { handler, bucket, server } = await withDouble();
    for (let i = 0; i < 2500; i++) bucket.put(`images/${i}`, bytes('x'));
    for (const uri of ['gs://bucket/images', 'gs://bucket/images/']) {
      server.forget();
      expect(await collect(handler.observe(uri))).toHaveLength(2500);
      expect(server.requests.map(({ operation }) => operation)).toEqual(Array(3).fill('objects.list'));
    }
  });

  test.each([
    [1500, 1001],
    [500, 1600],
  ])('is found behind %i siblings that stand before it', async (siblings, members) => {
    const { handler, bucket, server } = await withDouble();
    for (let i = 0; i < siblings; i++) bucket.put(`images-old/${i}`, bytes('x'));
    for (let i = 0; i < members; i++) bucket.put(`images/${i}`, bytes('x'));
    expect(await collect(handler.observe('gs://bucket/images'))).toHaveLength(members);
    expect(server.count()).toBe(3);
  });

  test('with too many objects is left as soon as that is known', async () => {
    const { handler, bucket, server } = await withDouble();
    for (let i = 0; i < 5000; i++) bucket.put(`images/${i}`, bytes('x'));
    expect(await collect(handler.observe('gs://bucket/images/', { maxObjects: 1000 }))).toHaveLength(1001);
    expect(server.count()).toBe(2);
  });
});

describe('names', () => {
  test('are kept exactly by the URI of a member', async () => {
    const { handler, bucket } = await withDouble();
    const name = 'odd//a b#?%+🙂/../x#12';
    bucket.put(name, bytes('x'));
    const [member] = await collect(handler.observe('gs://bucket/odd/'));
    expect(member).toMatchObject({ path: '%2Fa b#?%+🙂/%2E%2E/x#12', uri: `gs://bucket/${name}#` });
    if (member !== undefined) expect(await readText(handler.open(entryOf(member)))).toBe('x');
  });

  test('that meet in one path are a conflict that names both', async () => {
    const { handler, bucket } = await withDouble();
    bucket.put('odd/a//b', bytes('x'));
    bucket.put('odd/a/%2Fb', bytes('x'));
    const error = await expectCairnError(handler.observe('gs://bucket/odd/'), 'path_conflict');
    expect(error.message).toContain('gs://bucket/odd/a//b');
    expect(error.message).toContain('gs://bucket/odd/a/%2Fb');
  });
});

describe('failures', () => {
  test('nothing there is not found, also where there are only folder markers', async () => {
    const { handler, bucket } = await withDouble();
    bucket.put('empty/', bytes(''));
    for (const uri of ['nothing', 'nothing.txt', 'nothing/', 'empty', 'empty/', 'x#12', '']) {
      await expectCairnError(handler.observe(`gs://bucket/${uri}`), 'not_found');
    }
    await expectCairnError(handler.observe('gs://no-such-bucket/images'), 'not_found');
  });

  test.each([
    [401, 'authError', 'unauthenticated'],
    [403, 'forbidden', 'forbidden'],
    [403, 'rateLimitExceeded', 'rate_limited'],
    [403, 'quotaExceeded', 'quota_exceeded'],
    [429, 'rateLimitExceeded', 'rate_limited'],
    [503, 'backendError', 'unavailable'],
  ] as const)('%i %s', async (status, reason, code) => {
    const { handler, server } = await withDouble();
    server.order({ kind: 'error', status, reason }, { times: 99 });
    await expectCairnError(handler.observe('gs://bucket/images/'), code);
    expect(server.count()).toBe(status === 429 || status === 503 ? 5 : 1);
  });

  test('a bucket whose readers pay is read by who says so', async () => {
    const { handler, clientConfig, bucket } = await withDouble();
    bucket.requesterPays = true;
    bucket.put('images/x', bytes('x'));
    const error = await expectCairnError(handler.observe('gs://bucket/images'), 'forbidden');
    expect(error.hint).toContain('userProject');
    const payer = gsHandler({ clientConfig, userProject: 'mine' });
    expect(await readText(payer.open(await onlyEntry(payer.observe('gs://bucket/images'))))).toBe('x');
  });

  test.each([{ kind: 'short', bytes: 500 }, { kind: 'reset', bytes: 500 }, { kind: 'drop' }] as const)(
    'a page that breaks off ($kind) is asked for again, and in the end fails the whole',
    async (fault) => {
      const { handler, bucket, server } = await withDouble();
      for (let i = 0; i < 1500; i++) bucket.put(`images/${i}`, bytes('x'));
      server.order(fault, { skip: 1 });
      expect(await collect(handler.observe('gs://bucket/images/'))).toHaveLength(1500);
      server.order(fault, { skip: 1, times: 99 });
      await expectCairnError(handler.observe('gs://bucket/images/'), 'unavailable');
    },
  );

  test('a listing that never ends is refused', async () => {
    const { handler, bucket, server } = await withDouble();
    bucket.put('images/x', bytes('x'));
    const body = bytes('{"items":[],"nextPageToken":"again"}');
    server.order({ kind: 'answer', change: (answer) => ({ ...answer, body }) }, { times: 99 });
    const error = await expectCairnError(handler.observe('gs://bucket/images/'), 'unavailable');
    expect([error.isRetryable, server.count()]).toEqual([false, 2]);
  });

  test('an abort rejects with its reason, before and while listing', async () => {
    const { handler, server } = await withDouble();
    const reason = new Error('changed my mind');
    const aborted = handler.observe('gs://bucket/images', { signal: AbortSignal.abort(reason) });
    await expect(collect(aborted)).rejects.toBe(reason);
    expect(server.count()).toBe(0);
    const controller = new AbortController();
    server.order({ kind: 'hang' });
    setTimeout(() => controller.abort(reason), 50);
    const listing = handler.observe('gs://bucket/images', { signal: controller.signal });
    await expect(collect(listing)).rejects.toBe(reason);
  });
});
