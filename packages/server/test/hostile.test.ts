import { loadHasher } from '@cairn/core';
import { algorithmHeader, encodeDigests, readFrames } from '@cairn/remote/protocol';
import { dataKind, PackTable, rawDigest } from '@cairn/store/engine';
import { collect } from '@cairn/testing';
import { describe, expect, test } from 'vitest';
import { packOf } from './examples.js';
import { api, nearTo, openLab, storeArtifact } from './lab.js';

const lab = await openLab();
const mine = { entity: 'acme', project: 'bikes' };
const theirs = { entity: 'rival', project: 'secret' };
const base = `${api}/projects/acme/bikes`;
const key = await lab.keyFor('ann', [{ ...mine, role: 'admin' }]);
const hasher = await loadHasher('blake3');
const binary = { method: 'POST', headers: { [algorithmHeader]: 'blake3' } };

const secretText = 'what only the rival has';
const secret = hasher.hash(Buffer.from(secretText));
const body = await storeArtifact(lab.store, theirs, 'plans', { 'plan.txt': secretText });
const theirVersion = (await lab.store.catalog.commitVersion({ ...body, ...theirs })).version.id;

const own = 'what we have';
const ownDigest = hasher.hash(Buffer.from(own));
const ours = await storeArtifact(lab.store, mine, 'photos', { 'own.txt': own });
await lab.json(`${base}/versions`, { method: 'POST', key, json: ours, status: 201 });

async function failure(answer: Response): Promise<Record<string, unknown>> {
  const { error } = (await answer.json()) as { error: Record<string, unknown> };
  return { status: answer.status, ...error, requestId: undefined };
}

describe('keys', () => {
  test('auth-02, auth-03: unknown, expired and revoked keys are 401, and say how to send one', async () => {
    const passing = await lab.keyFor('tom', [{ ...mine, role: 'read' }]);
    const { key: record } = await lab.json<{ key: { id: string } }>(`${api}/me`, { key: passing });
    await lab.json(`${api}/keys/${record.id}`, { method: 'DELETE', key: lab.root });
    for (const wrong of [passing, `cairn_${'a'.repeat(49)}`, 'cairn_short', 'Basic', '']) {
      const answer = await lab.ask(`${api}/me`, { key: wrong });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
    const other = await lab.ask(`${api}/me`, { headers: { authorization: `Basic ${btoa(`x:${key}`)}` } });
    expect(other.status).toBe(401);
  });

  test('auth-13: of two keys that are not known, nothing tells which was nearer', async () => {
    const [near, far] = await Promise.all(
      [nearTo(lab.root), `cairn_${'0'.repeat(49)}`].map(async (wrong) =>
        failure(await lab.ask(`${api}/me`, { key: wrong })),
      ),
    );
    expect(near).toEqual(far);
  });

  test('auth-18: a key in the URL is refused, with a right one in the header too', async () => {
    for (const name of ['key', 'api_key', 'access_token', 'Token']) {
      const answer = await lab.ask(`${api}/me?${name}=${key}`, { key });
      expect(answer.status, name).toBe(400);
      expect(await answer.text()).not.toContain(key);
    }
    expect((await lab.ask(`${api}/runs?q=%7B%7D&q=%7B%7D`, { key })).status).toBe(400);
  });

  test('auth-14: who tries keys is told to wait, and nobody else is', async () => {
    const at = (address: string, secret: string) =>
      lab.server.fetch(new Request(`http://h${api}/me`, { headers: { authorization: `Bearer ${secret}` } }), {
        address,
      });
    const statuses: number[] = [];
    let last: Response | undefined;
    for (let i = 0; i < 1000; i++) {
      last = await at('192.0.2.7', `cairn_${'a'.repeat(49)}`);
      statuses.push(last.status);
    }
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect(statuses.indexOf(429)).toBeGreaterThanOrEqual(200); // and what came back meanwhile
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect((await at('192.0.2.7', key)).status).toBe(200);
    expect((await at('192.0.2.8', 'cairn_x')).status).toBe(401);
  });

  test('a key has its own limit', async () => {
    const small = await openLab({ limits: { keyRate: { perSecond: 1, burst: 2 } } });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await small.ask(`${api}/me`, { key: small.root })).status);
    expect(statuses).toEqual([200, 200, 429]);
    small.pass(1000);
    expect((await small.ask(`${api}/me`, { key: small.root })).status).toBe(200);
  });
});

describe('paths', () => {
  test.each([
    '//api/v1/me',
    '/api//v1/me',
    '/API/v1/me',
    '/api/v1/me/',
    '/api/v1/%6de',
    '/api/v1/me;x',
    '/api/v1/../../etc/passwd',
    '/api/v1/runs/%ff',
  ])('auth-09: %s is no route', async (path) => {
    const answer = await lab.ask(path, {});
    expect([400, 404]).toContain(answer.status);
  });

  test('auth-09: a path with dots means what it is without them, and asks for a key', async () => {
    expect((await lab.ask('/api/./v1/x/../me', {})).status).toBe(401);
  });

  test('auth-10: a method is what it is', async () => {
    const headers = { 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE' };
    const answer = await lab.ask(`${api}/versions/${theirVersion}`, {
      method: 'POST',
      key,
      headers,
      json: {},
    });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')?.split(', ').sort()).toEqual(['DELETE', 'PATCH']);
  });

  test('auth-06, auth-08: what another project has is not there, whatever flags are set', async () => {
    for (const path of [
      `/versions/${theirVersion}?deleteAliases=true`,
      '/versions/version:999?deleteAliases=true',
    ]) {
      const answer = await lab.ask(api + path, { method: 'DELETE', key });
      expect(await failure(answer)).toMatchObject({ status: 404, code: 'not_found' });
    }
    expect(await lab.store.catalog.findVersion({ ...theirs, name: 'plans' }, { version: 0 })).toBeDefined();
  });
});

describe('blobs', () => {
  async function bitsOf(...digests: (typeof secret)[]): Promise<number> {
    const answer = await lab.ask(`${base}/blobs/missing`, { ...binary, key, bytes: encodeDigests(digests) });
    return new Uint8Array(await answer.arrayBuffer())[0] as number;
  }

  test('blob-02, sign-01: knowing a digest opens nothing', async () => {
    expect(await bitsOf(ownDigest, secret)).toBe(0b10);
    for (const method of ['GET', 'HEAD']) {
      expect((await lab.ask(`${base}/blobs/${secret}`, { method, key })).status).toBe(404);
      expect((await lab.ask(`${base}/blobs/${ownDigest}`, { method, key })).status).toBe(200);
    }
    const read = await lab.ask(`${base}/blobs/read`, {
      ...binary,
      key,
      bytes: encodeDigests([secret, ownDigest]),
    });
    const frames = await collect(readFrames(read.body as never, 1024));
    expect(frames).toEqual([
      { kind: 'missing', index: 0 },
      { kind: 'bytes', index: 1, bytes: Buffer.from(own) },
    ]);
  });

  test('blob-02: a version of what another project has can not be committed', async () => {
    const answer = await lab.ask(`${base}/versions`, { method: 'POST', key, json: body });
    expect([404, 409]).toContain(answer.status);
    const mixed = await storeArtifact(lab.store, theirs, 'photos', {
      'own.txt': own,
      'plan.txt': secretText,
    });
    const again = await lab.ask(`${base}/versions`, { method: 'POST', key, json: mixed });
    expect([404, 409]).toContain(again.status);
  });

  test('blob-04, blob-06: other bytes under a digest are refused, and change nothing', async () => {
    for (const digest of [secret, ownDigest]) {
      const bytes = Buffer.from('something else');
      const table = new PackTable();
      table.add(rawDigest(digest), dataKind, bytes.length);
      const pack = Buffer.concat([bytes, table.end(hasher)]);
      expect((await lab.ask(`${base}/packs`, { ...binary, key, bytes: pack })).status).toBe(422);
    }
    expect(await (await lab.ask(`${base}/blobs/${ownDigest}`, { key })).text()).toBe(own);
    expect(await bitsOf(secret)).toBe(1);
  });

  test('who sends the bytes has them, though the store had them already', async () => {
    const text = 'known to both in the end';
    const digest = hasher.hash(Buffer.from(text));
    await storeArtifact(lab.store, theirs, 'plans', { 'both.txt': text });
    expect(await bitsOf(digest)).toBe(1);
    await lab.json(`${base}/packs`, { ...binary, key, bytes: await packOf(text) });
    expect(await bitsOf(digest)).toBe(0);
    expect(await (await lab.ask(`${base}/blobs/${digest}`, { key })).text()).toBe(text);
  });

  test.each([
    'sha256:../../x',
    'sha256:ABC',
    'md5:00',
    `sha256:${'0'.repeat(63)}`,
    `sha256:${'0'.repeat(65)}`,
    `BLAKE3:${'0'.repeat(64)}`,
    '..%2F..%2Fetc',
  ])('blob-07, sign-02: %s is no digest', async (digest) => {
    const answer = await lab.ask(`${base}/blobs/${encodeURIComponent(digest)}`, { key });
    expect(answer.status).toBe(400);
  });

  test('blob-07: a digest by another algorithm is not there', async () => {
    expect((await lab.ask(`${base}/blobs/sha256:${'0'.repeat(64)}`, { key })).status).toBe(404);
    const headers = { [algorithmHeader]: 'sha256' };
    const answer = await lab.ask(`${base}/blobs/missing`, {
      ...binary,
      headers,
      key,
      bytes: new Uint8Array(32),
    });
    expect(answer.status).toBe(409);
  });

  test('blob-08: a pack that ends early is refused, and leaves nothing', async () => {
    const pack = await packOf('cut short');
    const authorization = `Bearer ${key}`;
    const headers = { ...binary.headers, authorization, 'content-length': String(pack.length + 50) };
    const init = { method: 'POST', headers, body: pack as Uint8Array<ArrayBuffer> };
    expect((await lab.server.fetch(new Request(`http://h${base}/packs`, init))).status).toBe(422);
    const cut = await lab.ask(`${base}/packs`, { ...binary, key, bytes: pack.subarray(0, -1) });
    expect(cut.status).toBe(422);
    expect(await bitsOf(hasher.hash(Buffer.from('cut short')))).toBe(1);
  });

  test('blob-10: what is too long is refused by its length, or where it gets too long', async () => {
    const headers = { ...binary.headers, 'content-length': String(2 ** 40) };
    expect(
      (await lab.ask(`${base}/packs`, { ...binary, headers, key, bytes: new Uint8Array(8) })).status,
    ).toBe(413);
    const long = new Uint8Array(131_073 * 32);
    expect((await lab.ask(`${base}/blobs/missing`, { ...binary, key, bytes: long })).status).toBe(413);
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(0x20));
        if (sent > 64 * 1024 * 1024) controller.close();
      },
    });
    const request = new Request(`http://h${api}/lineage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: endless,
      duplex: 'half',
    } as RequestInit);
    expect((await lab.server.fetch(request)).status).toBe(413);
    expect(sent).toBeLessThan(20 * 1024 * 1024);
  });

  test('ok-12: a blob of no bytes is one', async () => {
    await lab.json(`${base}/packs`, { ...binary, key, bytes: await packOf('') });
    const answer = await lab.ask(`${base}/blobs/${hasher.hash(new Uint8Array())}`, { key });
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([
      200,
      '0',
      '',
    ]);
  });

  test('sign-04, blob-16: a blob is never shown, whatever it is and whoever asks for it how', async () => {
    const html = '<script>alert(1)</script>';
    await lab.json(`${base}/packs`, { ...binary, key, bytes: await packOf(html) });
    const digest = hasher.hash(Buffer.from(html));
    const answer = await lab.ask(`${base}/blobs/${digest}?response-content-type=text/html`, {
      key,
      headers: { accept: 'text/html' },
    });
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('content-disposition')).toBe('attachment');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test.each([
    ['bytes=0-', 206, own, `bytes 0-${own.length - 1}/${own.length}`],
    ['bytes=5-7', 206, own.slice(5, 8), `bytes 5-7/${own.length}`],
    ['bytes=5-999999', 206, own.slice(5), `bytes 5-${own.length - 1}/${own.length}`],
    [`bytes=${own.length}-`, 416, undefined, `bytes */${own.length}`],
    ['bytes=7-5', 200, own, null],
    ['bytes=-5', 200, own, null],
    ['bytes=0-1,3-4', 200, own, null],
    ['bytes=99999999999999999999-', 200, own, null],
    ['lines=1-2', 200, own, null],
  ])('Range: %s', async (range, status, text, contentRange) => {
    const answer = await lab.ask(`${base}/blobs/${ownDigest}`, { key, headers: { range } });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-range')).toBe(contentRange);
    if (text !== undefined) expect(await answer.text()).toBe(text);
  });
});

describe('logs', () => {
  test('log-01, sign-06: one event is one line, and no key is in any', async () => {
    const description = 'ok\r\n2026-01-01 INFO admin login';
    const more = await storeArtifact(lab.store, mine, 'photos', { 'own.txt': `${own}!` });
    await lab.json(`${base}/versions`, { method: 'POST', key, json: { ...more, description }, status: 201 });
    await lab.ask(`/${key}?token=${key}`, { key, headers: { 'x-request-id': `a\tb ${key}` } });
    await lab.ask(
      `${base}/collections/${key}/version?alias=${encodeURIComponent('https://u:p@h/?sig=s3cret')}`,
      { key },
    );
    const lines = lab.log.map(({ fields, message }) => JSON.stringify({ ...fields, message }));
    expect(lines.length).toBeGreaterThan(20);
    for (const line of lines) {
      expect(line).not.toMatch(/[\n\r]/);
      expect(line).not.toMatch(/cairn[a-z]*_[0-9A-Za-z]{16,}/);
      expect(line).not.toContain('s3cret');
    }
  });

  test('an error of the server tells the log why, and the client only that', async () => {
    const broken = {
      ...lab.store,
      catalog: {
        ...lab.store.catalog,
        getRun: () => Promise.reject(new Error(`no such table in ${lab.store.location}, key ${key}`)),
      },
    };
    const other = await openLab({ store: broken });
    const answer = await other.ask(`${api}/runs/x`, { key });
    expect(answer.status).toBe(500);
    const text = await answer.text();
    expect(text).not.toContain('no such table');
    expect(text).not.toContain(lab.store.location);
    const [line] = other.log
      .filter(({ level }) => level === 'error')
      .map(({ fields }) => JSON.stringify(fields));
    expect(line).toContain('no such table');
    expect(line).not.toContain(key);
  });
});

describe('bounds', () => {
  test('dos-01: a page is as long as it may be, whatever is asked for', async () => {
    for (let i = 0; i <= 1000; i++)
      await lab.store.catalog.startRun({ ...mine, id: `many-${i}`, config: {} });
    const q = encodeURIComponent(JSON.stringify({ limit: 1_000_000_000_000 }));
    const page = await lab.json<{ items: unknown[]; next: string }>(`${api}/runs?q=${q}`, { key });
    expect([page.items.length, page.next]).toEqual([1000, 'many-1']);
  });

  test('dos-05: what is looked for is a text, never a pattern', async () => {
    const path = ['^(a+)+$'];
    const where = [{ field: 'metadata', path, operator: '=', value: 'a'.repeat(50) }];
    const q = encodeURIComponent(JSON.stringify({ where }));
    expect(await lab.json(`${api}/versions?q=${q}`, { key })).toEqual({ items: [] });
  });

  test('pages follow each other without gaps or repeats, and show only what may be seen', async () => {
    const also = { entity: 'third', project: 'party' };
    const wide = await lab.keyFor('moe', [
      { ...mine, role: 'read' },
      { ...also, role: 'read' },
    ]);
    for (let i = 0; i < 5; i++) {
      for (const project of [mine, theirs, also]) {
        await lab.store.catalog.startRun({ ...project, id: `page-${project.entity}-${i}`, config: {} });
      }
    }
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const q = encodeURIComponent(JSON.stringify({ limit: 2, after }));
      const ask = { key: wide };
      const page = await lab.json<{ items: { id: string }[]; next?: string }>(`${api}/runs?q=${q}`, ask);
      seen.push(...page.items.map(({ id }) => id));
      after = page.next;
    } while (after !== undefined);
    const expected = [4, 3, 2, 1, 0].flatMap((i) => [`page-third-${i}`, `page-acme-${i}`]);
    expect(seen.filter((id) => id.startsWith('page-'))).toEqual(expected);
  });

  test('a list looks at nothing but where its key sees something, however many others there are', async () => {
    const looked: unknown[] = [];
    const seen =
      <Query>(list: (query: Query, options?: object) => AsyncIterable<object>) =>
      (query: Query, options?: object): AsyncIterable<object> => ({
        async *[Symbol.asyncIterator]() {
          for await (const item of list(query, options)) {
            looked.push(item);
            yield item;
          }
        },
      });
    const { catalog } = lab.store;
    const watched = {
      ...catalog,
      listRuns: seen(catalog.listRuns),
      listVersions: seen(catalog.listVersions),
      listCollections: seen(catalog.listCollections),
    } as typeof catalog;
    const other = await openLab({ store: { ...lab.store, catalog: watched } });
    for (const project of ['a', 'b', 'c']) {
      const place = { entity: 'wide', project };
      await lab.store.catalog.startRun({ ...place, id: `wide-${project}`, config: {} });
      const body = await storeArtifact(lab.store, place, 'photos', { 'a.txt': project });
      await lab.store.catalog.commitVersion({ ...body, ...place });
    }
    const role = 'read' as const;
    const keys = {
      two: [
        { entity: 'wide', project: 'a', role },
        { entity: 'wide', project: 'c', role },
      ],
      // What the user is a member of, wherever that is.
      all: [{ entity: '*', project: '*', role }],
      // Of the first the user is no member.
      none: [
        { entity: 'unwelcome', project: '*', role },
        { entity: 'wide', project: 'nothing', role },
      ],
    };
    await lab.keyFor('wim', keys.two);
    for (const [name, scopes] of Object.entries(keys)) {
      const { secret } = await lab.store.access.createKey({ user: 'wim', name, scopes }, {});
      const count = { two: 2, all: 3, none: 0 }[name];
      for (const list of ['runs', 'versions', 'collections']) {
        for (const [q, found] of [
          [{}, count],
          [{ entity: 'wide' }, count],
          [{ project: 'c' }, Math.min(count ?? 0, 1)],
          [{ entity: 'rival' }, 0],
          [{ within: [theirs, { entity: 'wide', project: 'a' }] }, Math.min(count ?? 0, 1)],
        ] as const) {
          looked.length = 0;
          const path = `${api}/${list}?q=${encodeURIComponent(JSON.stringify(q))}`;
          const { items } = await other.json<{ items: unknown[] }>(path, { key: secret });
          expect([items.length, looked.length], `${name}: ${path}`).toEqual([found, found]);
        }
      }
      // What is elsewhere is no place to go on behind, as what is nowhere isn't.
      const goOn = async (list: string, id: string) => {
        const q = encodeURIComponent(JSON.stringify({ after: id }));
        const { message, ...failed } = await failure(
          await other.ask(`${api}/${list}?q=${q}`, { key: secret }),
        );
        return { ...failed, message: String(message).replace(id, 'it') };
      };
      for (const [list, there, nowhere] of [
        ['runs', 'page-rival-0', 'page-nobody-0'],
        ['versions', theirVersion, 'version:999999'],
        ['collections', 'rival/secret/plans', 'rival/secret/nothing'],
      ] as const) {
        expect(await goOn(list, there)).toMatchObject({ status: 404 });
        expect(await goOn(list, there)).toEqual(await goOn(list, nowhere));
      }
    }
  });

  test.each(['runs', 'versions', 'collections'])(
    '%s of more than 100 places are not looked for',
    async (list) => {
      const looking = async (places: number) => {
        const q = JSON.stringify({ within: Array.from({ length: places }, () => ({ entity: 'a' })) });
        return lab.ask(`${api}/${list}?q=${encodeURIComponent(q)}`, { key: lab.root });
      };
      expect((await looking(100)).status).toBe(200);
      expect(await failure(await looking(101))).toMatchObject({ status: 400, code: 'unsupported_format' });
    },
  );

  test('what a foreign run did is not told by a query', async () => {
    await lab.store.catalog.startRun({ ...theirs, id: 'their-run', config: {} });
    const { items } = await lab.json<{ items: { id: string }[] }>(`${api}/versions`, { key });
    await lab.store.catalog.recordUse('their-run', items[0]?.id as string);
    for (const runId of ['their-run', 'no-run']) {
      const q = encodeURIComponent(JSON.stringify({ where: [{ field: 'usedBy', runId }] }));
      expect(await lab.json(`${api}/versions?q=${q}`, { key })).toEqual({ items: [] });
    }
    const runs = `${api}/versions/${items[0]?.id}/runs?direction=input`;
    expect(await lab.json(runs, { key })).toEqual({ items: [] });
    const start = { start: { versionId: items[0]?.id }, direction: 'both', depth: 5, maxNodes: 100 };
    const graph = await lab.json<{ nodes: unknown[]; beyond: unknown[] }>(`${api}/lineage`, {
      method: 'POST',
      key,
      json: start,
    });
    expect([graph.nodes.length, graph.beyond]).toEqual([1, []]);
    const shallow = await lab.json<{ beyond: unknown[] }>(`${api}/lineage`, {
      method: 'POST',
      key,
      json: { ...start, depth: 0 },
    });
    expect(shallow.beyond).toEqual([]);
    const all = await lab.json<{ nodes: unknown[] }>(`${api}/lineage`, {
      method: 'POST',
      key: lab.root,
      json: start,
    });
    expect(all.nodes.length).toBeGreaterThan(1);
  });
});

test('a run is tied to no version, and a version to no run, that the key may not see', async () => {
  await lab.json(`${base}/runs`, { method: 'POST', key, json: { id: 'tied', config: {} }, status: 201 });
  await lab.store.catalog.startRun({ ...theirs, id: 'not-ours', config: {} });
  for (const version of [theirVersion, 'version:999999']) {
    const answer = await lab.ask(`${api}/runs/tied/inputs/${version}`, { method: 'PUT', key });
    expect(answer.status, version).toBe(404);
  }
  for (const runId of ['not-ours', 'no-run']) {
    const json = { ...ours, edge: { runId, direction: 'input' } };
    expect((await lab.ask(`${base}/versions`, { method: 'POST', key, json })).status, runId).toBe(404);
  }
  const json = { ...ours, edge: { runId: 'tied', direction: 'output' } };
  await lab.json(`${base}/versions`, { method: 'POST', key, json });
});

test('what was done is written down: by whom, to what, and whether it was allowed', async () => {
  const reader = await lab.keyFor('rob', [{ ...mine, role: 'read' }]);
  await lab.ask(`${base}/versions`, { method: 'POST', key: reader, json: ours });
  await lab.ask(`${base}/versions`, { method: 'POST', key, json: ours });
  const { items } = await lab.json<{ items: object[] }>(`${base}/audit?action=version.commit&limit=2`, {
    key,
  });
  const place = { action: 'version.commit', entity: 'acme', project: 'bikes' };
  expect(items).toMatchObject([
    { ...place, user: 'ann', outcome: 'done', target: 'photos:v0' },
    { ...place, user: 'rob', outcome: 'refused' },
  ]);
});
