import { expectCairnError } from '@cairn/conformance';
import { bytes, collect, entryOf, onlyEntry, readText } from '@cairn/testing';
import { describe, expect, test } from 'vitest';
import { withDouble } from '../test/double.js';

function rewrite(body: Uint8Array, change: (xml: string) => string): Uint8Array {
  return bytes(change(new TextDecoder().decode(body)));
}

describe('an object', () => {
  test('costs one HEAD, and is recorded with its quoted ETag and size', async () => {
    const { handler, bucket, server } = await withDouble();
    const { etag } = bucket.put('checkpoints/model.h5', bytes('weights'));
    expect(await collect(handler.observe('s3://bucket/checkpoints/model.h5'))).toEqual([
      {
        kind: 'object',
        path: 'model.h5',
        uri: 's3://bucket/checkpoints/model.h5',
        digest: `etag:${etag}`,
        size: 7,
      },
    ]);
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    expect(server.requests.map(({ operation }) => operation)).toEqual(['HeadObject']);
  });

  test('of a versioned bucket is recorded with its version', async () => {
    const { handler, bucket } = await withDouble();
    bucket.versioning = 'Enabled';
    const { versionId } = bucket.put('model.h5', bytes('1'));
    expect(await collect(handler.observe('s3://bucket/model.h5'))).toMatchObject([{ extra: { versionId } }]);
  });

  test('can be an older version, named in the URI', async () => {
    const { handler, bucket } = await withDouble();
    bucket.versioning = 'Enabled';
    const { versionId } = bucket.put('a+b c/%41', bytes('old'));
    bucket.put('a+b c/%41', bytes('newer'));
    const uri = `s3://bucket/a+b c/%41?versionId=${versionId}`;
    const entry = await onlyEntry(handler.observe(uri));
    expect(entry).toMatchObject({ path: '%41', uri, size: 3, extra: { versionId } });
    expect(await readText(handler.open(entry))).toBe('old');
  });

  test('without an extension is found by one request too, though it may be a folder', async () => {
    const { handler, bucket, server } = await withDouble();
    bucket.put('LICENSE', bytes('text'));
    bucket.put('LICENSE-old/x', bytes('text'));
    expect(await collect(handler.observe('s3://bucket/LICENSE'))).toMatchObject([
      { kind: 'object', path: 'LICENSE', size: 4 },
    ]);
    expect(server.count()).toBe(1);
  });

  test('without an extension is found by those who may not list', async () => {
    const { handler, bucket, server } = await withDouble();
    bucket.put('LICENSE', bytes('text'));
    server.order({ kind: 'error', status: 403, code: 'AccessDenied' }, { operation: 'ListObjectVersions' });
    server.order({ kind: 'error', status: 403, code: 'AccessDenied' }, { operation: 'ListObjectsV2' });
    expect(await collect(handler.observe('s3://bucket/LICENSE'))).toMatchObject([{ kind: 'object' }]);
  });

  test('with checksum false costs no request', async () => {
    const { handler, server } = await withDouble();
    for (const [uri, path] of [
      ['s3://bucket/a/model.h5', 'model.h5'],
      ['s3://bucket/images/', 'images'],
      ['s3://bucket', 'bucket'],
    ] as const) {
      expect(await collect(handler.observe(uri, { checksum: false }))).toEqual([
        { kind: 'object', path, uri, digest: `uri:${uri}` },
      ]);
    }
    expect(server.count()).toBe(0);
  });
});

describe('a prefix', () => {
  test.each(['Enabled', undefined] as const)('means a folder, with versioning %s', async (versioning) => {
    const { handler, bucket } = await withDouble();
    bucket.versioning = versioning;
    for (const key of ['images-old/x', 'images.png', 'images/cat.png', 'images/sub/dog.png', 'images2/x']) {
      bucket.put(key, bytes(key));
    }
    for (const uri of ['s3://bucket/images', 's3://bucket/images/']) {
      const observations = await collect(handler.observe(uri));
      expect(observations.map(({ kind, path, uri }) => [kind, path, uri])).toEqual([
        ['member', 'cat.png', 's3://bucket/images/cat.png'],
        ['member', 'sub/dog.png', 's3://bucket/images/sub/dog.png'],
      ]);
      for (const { uri, extra } of observations) {
        const key = uri.slice('s3://bucket/'.length);
        expect(extra?.versionId).toBe(versioning && bucket.current(key)?.versionId);
      }
    }
  });

  test('costs one list request per 1,000 objects and nothing else', async () => {
    const { handler, bucket, server } = await withDouble();
    for (const versioning of [undefined, 'Enabled'] as const) {
      bucket.versioning = versioning;
      for (let i = 0; i < 2500; i++) bucket.put(`images/${i}`, bytes('x'));
      for (const uri of ['s3://bucket/images', 's3://bucket/images/']) {
        server.forget();
        expect(await collect(handler.observe(uri))).toHaveLength(2500);
        const operations = server.requests.map(({ operation }) => operation);
        const pages = versioning === undefined ? 3 : 5;
        expect(operations).toEqual(Array(pages).fill('ListObjectVersions'));
      }
      bucket.put('images2', bytes('x'));
    }
  });

  test('is found behind a thousand siblings that stand before it', async () => {
    const { handler, bucket, server } = await withDouble();
    for (let i = 0; i < 1500; i++) bucket.put(`images-old/${i}`, bytes('x'));
    for (let i = 0; i < 1001; i++) bucket.put(`images/${i}`, bytes('x'));
    expect(await collect(handler.observe('s3://bucket/images'))).toHaveLength(1001);
    expect(server.count()).toBe(3);
  });

  test('is found where its siblings share the first page', async () => {
    const { handler, bucket, server } = await withDouble();
    for (let i = 0; i < 500; i++) bucket.put(`images-old/${i}`, bytes('x'));
    for (let i = 0; i < 1600; i++) bucket.put(`images/${i}`, bytes('x'));
    expect(await collect(handler.observe('s3://bucket/images'))).toHaveLength(1600);
    expect(server.count()).toBe(3);
  });

  test('shows what is there now: no older versions, nothing deleted, no folder markers, but empty objects', async () => {
    const { handler, bucket } = await withDouble();
    bucket.versioning = 'Enabled';
    bucket.put('images/', bytes(''));
    bucket.put('images/sub/', bytes(''));
    bucket.put('images/empty', bytes(''));
    bucket.put('images/gone', bytes('x'));
    bucket.delete('images/gone');
    bucket.put('images/twice', bytes('old'));
    const { versionId } = bucket.put('images/twice', bytes('newer'));
    expect(await collect(handler.observe('s3://bucket/images'))).toMatchObject([
      { path: 'empty', size: 0 },
      { path: 'twice', size: 5, extra: { versionId } },
    ]);
  });

  test('records no version that the next write would replace', async () => {
    const { handler, bucket } = await withDouble();
    bucket.put('images/before', bytes('x'));
    bucket.versioning = 'Enabled';
    const { versionId } = bucket.put('images/since', bytes('x'));
    bucket.versioning = 'Suspended';
    bucket.put('images/without', bytes('x'));
    const observations = await collect(handler.observe('s3://bucket/images'));
    expect(observations.map(({ path, extra }) => [path, extra])).toEqual([
      ['before', undefined],
      ['since', { versionId }],
      ['without', undefined],
    ]);
  });

  test('is listed plainly where versions may not be listed, and then always', async () => {
    for (const [status, code] of [
      [403, 'AccessDenied'],
      [501, 'NotImplemented'],
      [405, 'MethodNotAllowed'],
    ] as const) {
      const { handler, bucket, server } = await withDouble();
      for (let i = 0; i < 1600; i++) bucket.put(`images/${i}`, bytes('x'));
      for (let i = 0; i < 500; i++) bucket.put(`images-old/${i}`, bytes('x'));
      server.order({ kind: 'error', status, code }, { operation: 'ListObjectVersions', times: 99 });
      expect(await collect(handler.observe('s3://bucket/images'))).toHaveLength(1600);
      expect(await collect(handler.observe('s3://bucket/images/'))).toHaveLength(1600);
      expect([server.count('ListObjectVersions'), server.count('ListObjectsV2')]).toEqual([1, 5]);
    }
  });

  test('with too many objects is left as soon as that is known', async () => {
    const { handler, bucket, server } = await withDouble();
    for (let i = 0; i < 5000; i++) bucket.put(`images/${i}`, bytes('x'));
    expect(await collect(handler.observe('s3://bucket/images/', { maxObjects: 1000 }))).toHaveLength(1001);
    expect(server.count()).toBe(2);
  });

  test('can be the whole bucket', async () => {
    const { handler, bucket } = await withDouble();
    bucket.put('a/b', bytes('x'));
    bucket.put('c', bytes('x'));
    for (const uri of ['s3://bucket', 's3://bucket/']) {
      expect((await collect(handler.observe(uri))).map(({ path }) => path)).toEqual(['a/b', 'c']);
    }
  });
});

describe('keys', () => {
  const odd = [
    ...[
      'sp ace',
      ' lead',
      'trail ',
      'plus+',
      'pct%20x',
      '%',
      '🙂',
      '\uffee',
      'é',
      'e\u0301',
      'hash#x',
      'q?x=1&y',
    ],
    ...[
      'semi;colon:',
      '<&>"\'',
      '..hidden',
      'dbl//slash',
      '/lead',
      'back\\slash',
      '.',
      'a/../b',
      'tab\tx',
      'cr\rlf\n',
    ],
    ...['ctl\u0001x', 'slash/', 'k?versionId=v', 'C:/drive', `${'d'.repeat(200)}/`.repeat(5)],
  ];

  test('survive observing and reading, each under a path of its own, in order', async () => {
    const { handler, bucket } = await withDouble();
    for (const key of odd) bucket.put(`odd/${key}`, bytes(key));
    const observations = await collect(handler.observe('s3://bucket/odd/'));
    const read: string[] = [];
    for (const observation of observations) read.push(await readText(handler.open(entryOf(observation))));
    expect(read.sort()).toEqual([...odd].sort());
    const paths = observations.map(({ path }) => Buffer.from(path));
    expect(paths).toEqual([...paths].sort(Buffer.compare));
    expect(new Set(observations.map(({ path }) => path)).size).toBe(odd.length);
  });

  test('are kept exactly by the URI of a member', async () => {
    const { handler, bucket } = await withDouble();
    const key = 'odd//a b#?%+🙂/../x';
    bucket.put(key, bytes('x'));
    expect(await collect(handler.observe('s3://bucket/odd/'))).toMatchObject([
      { path: '%2Fa b#?%+🙂/%2E%2E/x', uri: `s3://bucket/${key}` },
    ]);
  });

  test('that meet in one path are a conflict that names both', async () => {
    const { handler, bucket } = await withDouble();
    bucket.put('odd/a//b', bytes('x'));
    bucket.put('odd/a/%2Fb', bytes('x'));
    const error = await expectCairnError(handler.observe('s3://bucket/odd/'), 'path_conflict');
    expect(error.message).toContain('s3://bucket/odd/a//b');
    expect(error.message).toContain('s3://bucket/odd/a/%2Fb');
  });
});

describe('failures', () => {
  test('nothing there is not found, also where there are only folder markers', async () => {
    const { handler, bucket } = await withDouble();
    bucket.put('empty/', bytes(''));
    for (const uri of ['nothing', 'nothing.txt', 'nothing/', 'empty', 'empty/', 'x?versionId=v1', '']) {
      await expectCairnError(handler.observe(`s3://bucket/${uri}`), 'not_found');
    }
    await expectCairnError(handler.observe('s3://no-such-bucket/images'), 'not_found');
    await expectCairnError(handler.observe('s3://no-such-bucket/model.h5'), 'not_found');
  });

  test('forbidden is not missing', async () => {
    const { handler, bucket, server } = await withDouble();
    bucket.put('images/x', bytes('x'));
    server.order({ kind: 'error', status: 403, code: 'AccessDenied' }, { times: 99 });
    for (const uri of ['s3://bucket/images', 's3://bucket/images/', 's3://bucket/model.h5']) {
      const error = await expectCairnError(handler.observe(uri), 'forbidden');
      expect(error.hint).toContain('s3:ListBucket');
    }
  });

  test('a page that fails fails the whole, and is tried again before', async () => {
    const { handler, bucket, server } = await withDouble();
    for (let i = 0; i < 2500; i++) bucket.put(`images/${i}`, bytes('x'));
    const busy = { kind: 'error', status: 503, code: 'SlowDown' } as const;
    server.order(busy, { operation: 'ListObjectVersions', skip: 1 });
    expect(await collect(handler.observe('s3://bucket/images/'))).toHaveLength(2500);
    server.forget();
    server.order(busy, { operation: 'ListObjectVersions', skip: 1, times: 99 });
    await expectCairnError(handler.observe('s3://bucket/images/'), 'rate_limited');
    expect(server.count()).toBe(6);
  });

  test('a refusal in the middle is one, and no reason to list in another way', async () => {
    const { handler, bucket, server } = await withDouble();
    for (let i = 0; i < 1500; i++) bucket.put(`images/${i}`, bytes('x'));
    server.order(
      { kind: 'error', status: 403, code: 'AccessDenied' },
      { operation: 'ListObjectVersions', skip: 1 },
    );
    await expectCairnError(handler.observe('s3://bucket/images/'), 'forbidden');
    expect(server.count('ListObjectsV2')).toBe(0);
  });

  test('an object that a server shows on two pages counts once', async () => {
    const { handler, bucket, server } = await withDouble();
    const keys = Array.from({ length: 1500 }, (_, i) => `images/${String(i).padStart(4, '0')}`);
    for (const key of keys) bucket.put(key, bytes('x'));
    let last = '';
    const remember = (xml: string) => {
      last = /.*(<Version>.*?<\/Version>)/s.exec(xml)?.[1] ?? '';
      return xml;
    };
    for (const change of [remember, (xml: string) => xml.replace('<Version>', `${last}<Version>`)]) {
      server.order({
        kind: 'answer',
        change: (answer) => ({ ...answer, body: rewrite(answer.body, change) }),
      });
    }
    expect(await collect(handler.observe('s3://bucket/images/'))).toHaveLength(1500);
  });

  test('a listing that never gets on is refused', async () => {
    const { handler, bucket, server } = await withDouble();
    for (let i = 0; i < 1500; i++) bucket.put(`images/${i}`, bytes('x'));
    let first: Uint8Array | undefined;
    const repeat = (body: Uint8Array) => {
      first ??= body;
      return first;
    };
    server.order(
      { kind: 'answer', change: (answer) => ({ ...answer, body: repeat(answer.body) }) },
      { operation: 'ListObjectVersions', times: 99 },
    );
    await expectCairnError(handler.observe('s3://bucket/images/'), 'unavailable');
    expect(server.count()).toBe(3);
  });

  test('wrong words of a server about where a page ended lose nothing', async () => {
    const { handler, bucket, server } = await withDouble();
    bucket.versioning = 'Enabled';
    for (let i = 0; i < 1500; i++) bucket.put(`images/${i}+%2B`, bytes('x'));
    for (let i = 0; i < 1200; i++) bucket.put('images/5+%2B', bytes('x'));
    bucket.delete('images/6+%2B');
    for (const marker of ['', 'images/9+%2B']) {
      const wrong = `<NextKeyMarker>${marker}</NextKeyMarker><NextVersionIdMarker>null</NextVersionIdMarker>`;
      server.forget();
      server.order(
        {
          kind: 'answer',
          change: (answer) => ({
            ...answer,
            body: rewrite(answer.body, (xml) => xml.replace(/<NextKey.*VersionIdMarker>/, wrong)),
          }),
        },
        { operation: 'ListObjectVersions', times: 99 },
      );
      expect(await collect(handler.observe('s3://bucket/images/'))).toHaveLength(1499);
      // The long history is passed over.
      expect(server.count()).toBeLessThanOrEqual(3);
    }
  });

  test('an abort rejects with its reason, before and while listing', async () => {
    const { handler, bucket, server } = await withDouble();
    for (let i = 0; i < 1500; i++) bucket.put(`images/${i}`, bytes('x'));
    const reason = new Error('changed my mind');
    await expect(
      collect(handler.observe('s3://bucket/images', { signal: AbortSignal.abort(reason) })),
    ).rejects.toBe(reason);
    expect(server.count()).toBe(0);
    const controller = new AbortController();
    server.order({ kind: 'call', run: () => controller.abort(reason) }, { skip: 1 });
    await expect(collect(handler.observe('s3://bucket/images', { signal: controller.signal }))).rejects.toBe(
      reason,
    );
  });
});
