import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expectCairnError } from '@cairn/conformance';
import { Agent } from 'undici';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openRemote } from '../src/index.js';
import { startLoopbackServer } from './loopback-server.js';
import { connect, noise, project, quickWorld, readBack, scratchFolder } from './rig.js';

const apiKey = 'cairn_canary1234567890';
const pem = (name: string) => readFileSync(new URL(`./loopback-${name}.pem`, import.meta.url), 'utf8');
const tls = { key: pem('key'), cert: pem('cert') };

afterEach(() => vi.unstubAllEnvs());

describe('an address', () => {
  test.each([
    'ftp://example.com',
    'example.com',
    '',
    'https://user:secret@example.com',
    'https://secret@example.com',
    'https://example.com/?token=secret',
    'https://example.com/#secret',
  ])('%s is refused', async (url) => {
    const error = await expectCairnError(openRemote({ url, cacheDir: scratchFolder() }), 'uri_invalid');
    expect(inspect(error)).not.toContain('secret@');
    expect(inspect(error)).not.toContain('token=secret');
  });

  test('may have a base path and a slash at its end', async () => {
    const { server, store } = await connect({ server: { basePath: '/team/artifacts' } });
    expect(store.location).toBe(server.url);
    const { world } = quickWorld();
    const other = await openRemote({ url: `${server.url}//`, world, cacheDir: scratchFolder() });
    onTestFinished(() => other.close());
    expect(await other.catalog.getRun('none')).toBeUndefined();
    expect(server.requests.every(({ url }) => url.startsWith('/team/artifacts/api/v1/'))).toBe(true);
  });

  test('of a server is asked what it is once, and then remembered', async () => {
    const { server, cacheDir } = await connect();
    const again = await connect({ url: server.url, cacheDir });
    expect(again.store.blobsOf(project).algorithm).toBe('blake3');
    expect(server.requests).toEqual([]);
  });

  test('behind which there is another store is asked again after the first refusal', async () => {
    const { server, store, cacheDir } = await connect();
    const error = { code: 'conflict', message: 'other digests', isRetryable: false, requestId: 'x' };
    server.order('missingBlobs', { kind: 'answer', status: 409, body: JSON.stringify({ error }) });
    await expectCairnError(store.blobsOf(project).has([`blake3:${'a'.repeat(64)}`]), 'conflict');
    await vi.waitFor(async () => {
      server.requests.length = 0;
      const { world } = quickWorld();
      await (await openRemote({ url: server.url, world, cacheDir })).close();
      expect(server.requests.map(({ route }) => route)).toEqual(['info']);
    });
  });

  test('where nobody listens is unavailable, and can be tried again', async () => {
    const server = await startLoopbackServer();
    await server.close();
    const { world, slept } = quickWorld();
    const error = await expectCairnError(
      openRemote({ url: server.url, world, cacheDir: scratchFolder() }),
      'unavailable',
    );
    expect(error.isRetryable).toBe(true);
    expect(slept.length).toBe(5);
  });

  test('works without a cache, where none can be made', async () => {
    const { store } = await connect({ cacheDir: '/dev/null/cache' });
    const blobs = store.blobsOf(project);
    for await (const { digest } of blobs.put([{ kind: 'bytes', bytes: noise(10) }])) {
      expect(digest).toMatch(/^blake3:/);
    }
  });
});

describe('a key', () => {
  test('is sent with every request to the server', async () => {
    const { server, store } = await connect({ apiKey, server: { key: apiKey } });
    expect(await store.catalog.getRun('none')).toBeUndefined();
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${apiKey}`]);
  });

  test('that is wrong, or missing, is unauthenticated', async () => {
    for (const wrong of [undefined, 'cairn_other']) {
      const { store } = await connect({ apiKey: wrong, server: { key: apiKey } });
      await expectCairnError(store.catalog.getRun('none'), 'unauthenticated');
    }
  });

  test.each(['two words', 'line\nbreak', 'ключ', ''])(
    '%j is refused before anything is sent',
    async (wrong) => {
      const options = { url: 'http://127.0.0.1:9', apiKey: wrong, cacheDir: scratchFolder() };
      const error = await expectCairnError(openRemote(options), 'unauthenticated');
      if (wrong !== '') expect(inspect(error)).not.toContain(wrong);
    },
  );

  test('goes nowhere else, and in no error', async () => {
    const elsewhere = await startLoopbackServer();
    onTestFinished(() => elsewhere.close());
    const { server, store } = await connect({ apiKey, timeouts: { headersMs: 100 } });
    const blobs = store.blobsOf(project);
    const faults = [
      { kind: 'silence' },
      { kind: 'cut-request', bytes: 0 },
      { kind: 'answer', status: 500 },
      { kind: 'answer', status: 200, body: 'x' },
      ...[301, 302, 303, 307, 308].map((status) => ({
        kind: 'answer' as const,
        status,
        headers: { location: `${elsewhere.origin}/api/v1/runs/none` },
      })),
    ] as const;
    for (const fault of faults) {
      for (const route of ['getRun', 'basis', 'missingBlobs', 'getBlob'] as const)
        server.order(route, fault, 14);
      const calls = [
        store.catalog.getRun('none'),
        blobs.basis(),
        blobs.has([`blake3:${'a'.repeat(64)}`]),
        readBack(blobs, `blake3:${'a'.repeat(64)}`),
      ];
      for (const result of await Promise.allSettled(calls)) {
        if (result.status === 'fulfilled') continue;
        expect(inspect(result.reason, { depth: 20, showHidden: true })).not.toContain(apiKey);
      }
    }
    expect(elsewhere.requests).toEqual([]);
    for (const { url } of server.requests) expect(url).not.toContain(apiKey);
  });

  test('is not sent to where the server redirects, which is named', async () => {
    const { server, store } = await connect({ apiKey });
    const headers = { location: 'https://elsewhere.example/login?next=secret' };
    server.order('getRun', { kind: 'answer', status: 302, headers });
    const error = await expectCairnError(store.catalog.getRun('none'), 'unavailable');
    expect(error.hint).toContain('https://elsewhere.example');
    expect(error.message).not.toContain('login');
    expect(error.isRetryable).toBe(false);
  });
});

describe('over TLS', () => {
  test('an authority that is given is trusted', async () => {
    const { store } = await connect({ ca: tls.cert, server: { tls } });
    expect(store.location).toMatch(/^https:/);
    expect(await store.catalog.getRun('none')).toBeUndefined();
  });

  test('another one is not', async () => {
    const server = await startLoopbackServer({ tls });
    onTestFinished(() => server.close());
    const error = await expectCairnError(
      openRemote({ url: server.url, apiKey, cacheDir: scratchFolder() }),
      'unavailable',
    );
    expect(error.isRetryable).toBe(false);
    expect(error.hint).toContain('NODE_EXTRA_CA_CERTS');
    expect(server.requests).toEqual([]);
  });
});

test('an abort ends the wait for a connection', async () => {
  const silent = createTcpServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void silent.close());
  const { port } = silent.address() as AddressInfo;
  const { server, cacheDir } = await connect();
  const dispatcher = new Agent({ connect: { timeout: 1_000_000 } });
  onTestFinished(() => dispatcher.destroy());
  const redirected = dispatcher.compose((dispatch) => (options, handler) => {
    const toSilence = String(options.path).includes('/runs/') ? `https://127.0.0.1:${port}` : server.origin;
    return dispatch({ ...options, origin: toSilence }, handler);
  });
  const store = await openRemote({ url: server.url, cacheDir, dispatcher: redirected });
  const reason = new Error('enough');
  const controller = new AbortController();
  const waiting = store.catalog.getRun('any', { signal: controller.signal });
  await new Promise<void>((resolve) => silent.once('connection', () => resolve()));
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
});

test('a proxy that the environment names is used, and not for what it excludes', async () => {
  const tunnelled: string[] = [];
  const proxy = createServer((asked, answer) => {
    tunnelled.push(asked.url ?? '');
    const url = new URL(asked.url ?? '');
    const { method, headers } = asked;
    const onward = request(url, { method: method ?? 'GET', headers }, (response) => {
      answer.writeHead(response.statusCode ?? 500, response.headers);
      response.pipe(answer);
    });
    asked.pipe(onward);
  });
  proxy.on('connect', (asked, socket, head) => {
    tunnelled.push(asked.url ?? '');
    const [host, port] = (asked.url ?? '').split(':');
    const onward = connectTcp(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [socket, onward]) end.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  const { port } = proxy.address() as AddressInfo;
  vi.stubEnv('http_proxy', `http://127.0.0.1:${port}`);
  vi.stubEnv('no_proxy', '');
  const { server, store } = await connect();
  expect(await store.catalog.getRun('none')).toBeUndefined();
  expect(server.requests.length).toBe(1);
  expect(tunnelled.length).toBeGreaterThan(0);
  await store.close();
  tunnelled.length = 0;
  vi.stubEnv('no_proxy', '127.0.0.1');
  const direct = await connect();
  expect(await direct.store.catalog.getRun('none')).toBeUndefined();
  expect(tunnelled).toEqual([]);
});

test('the cache is where the environment says', async () => {
  const folder = join(scratchFolder(), 'here');
  vi.stubEnv('CAIRN_CACHE_DIR', folder);
  const server = await startLoopbackServer();
  onTestFinished(() => server.close());
  const store = await openRemote({ url: server.url });
  await store.close();
  const again = await openRemote({ url: server.url });
  await again.close();
  expect(server.requests.map(({ route }) => route)).toEqual(['info']);
});

test('a server that has answered before is waited for longer than one that never did', async () => {
  const away = { kind: 'answer', status: 503 } as const;
  const known = await connect();
  known.server.order('getRun', away, 100);
  await expectCairnError(known.store.catalog.getRun('none'), 'unavailable');
  expect(known.server.requests).toHaveLength(12); // of 14, before two minutes are over
  // What the server is, is remembered, so nothing is asked when it is opened.
  const store = await openRemote({
    url: known.server.url,
    world: quickWorld().world,
    cacheDir: known.cacheDir,
  });
  onTestFinished(() => store.close());
  known.server.requests.length = 0;
  await expectCairnError(store.catalog.getRun('none'), 'unavailable');
  expect(known.server.requests).toHaveLength(6);
});
