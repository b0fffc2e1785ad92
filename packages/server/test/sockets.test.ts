import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http, { createServer as createHttpServer } from 'node:http';
import https from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CairnError } from '@cairn/core';
import { algorithmHeader } from '@cairn/remote/protocol';
import { openStore } from '@cairn/store';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  createServer,
  type ListenOptions,
  listen,
  type Server,
  type ServerEnv,
  silentLogger,
} from '../src/index.js';
import { packOf } from './examples.js';
import { api, openLab } from './lab.js';

const lab = await openLab();
const base = `${api}/projects/acme/bikes`;
const auth = `Authorization: Bearer ${lab.root}\r\n`;

/** A listening server of a test's own over the store of the file. */
async function serve(options: ListenOptions = {}, more: { readonly auth?: 'none' } = {}) {
  const server = createServer({ store: lab.store, logger: silentLogger, ...more });
  const listening = await listen(server, { port: 0, ...options });
  onTestFinished(() => listening.close({ graceMs: 0 }));
  return { ...listening, server, port: Number(new URL(listening.url).port) };
}

/** A connection that says what it is told; everything that comes back is kept. */
async function dial(port: number) {
  const socket: Socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  onTestFinished(() => void socket.destroy());
  return { socket, closed, heard: () => heard };
}

/** Waits until something is the case. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

/** Waits until the metrics of a server have a line. The request for them is one in progress. */
async function untilShown(server: Server, line: string): Promise<void> {
  const request = () =>
    new Request(`http://h${server.basePath}/metrics`, { headers: { authorization: `Bearer ${lab.root}` } });
  while (!(await (await server.fetch(request())).text()).includes(`\n${line}\n`)) await sleep(5);
}

async function uploadHead(pack: Buffer): Promise<string> {
  return `POST ${base}/packs HTTP/1.1\r\nHost: h\r\n${auth}${algorithmHeader}: blake3\r\nContent-Length: ${pack.length}\r\n\r\n`;
}

test.each([{}, { auth: 'none' }] as const)(
  'a health check may name no host, and nobody else: %j',
  async (more) => {
    const { port } = await serve({}, more);
    for (const [path, status] of [
      ['/readyz', 200],
      [`${api}/versions`, more.auth === 'none' ? 403 : 401],
    ] as const) {
      const { socket, closed, heard } = await dial(port);
      socket.write(`GET ${path} HTTP/1.0\r\n\r\n`);
      await closed;
      expect(heard()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    }
  },
);

describe('clients that are slow', () => {
  test('dos-02: headers that never end are given up', async () => {
    const { port } = await serve({ patience: { headersMs: 200 } });
    const clients = await Promise.all(Array.from({ length: 20 }, () => dial(port)));
    for (const { socket } of clients) socket.write('GET / HTTP/1.1\r\nX-Slow: ');
    await Promise.all(clients.map(({ closed }) => closed));
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  });

  test('a body that stops coming is given up, one that comes slowly is not', async () => {
    const { port } = await serve({ patience: { idleMs: 2000, idleBytes: 1 } });
    const pack = await packOf('as slow as can be');
    const head = await uploadHead(pack);
    const [idle, slow] = [await dial(port), await dial(port)];
    idle.socket.write(head);
    slow.socket.write(head);
    for (const byte of pack) {
      slow.socket.write(Buffer.of(byte));
      await sleep(40);
    }
    await until(() => slow.heard().includes('"records":1'));
    await idle.closed;
    expect(idle.heard()).toBe('');
  });

  test('an answer that nobody takes is given up', async () => {
    const { port, server } = await serve({ patience: { idleMs: 300, idleBytes: 1 } });
    const large = Buffer.alloc(24 * 1024 * 1024, 'x').toString();
    const project = { entity: 'acme', project: 'bikes' };
    let digest = '';
    for await (const put of lab.store.access
      .blobsOf(project)
      .put([{ kind: 'bytes', bytes: Buffer.from(large) }])) {
      digest = put.digest;
    }
    const client = await dial(port);
    client.socket.pause();
    client.socket.write(`GET ${base}/blobs/${digest} HTTP/1.1\r\nHost: h\r\n${auth}\r\n`);
    const closed = new Promise<void>((resolve) => client.socket.once('close', () => resolve()));
    await untilShown(server, 'cairn_requests_in_progress 2');
    await untilShown(server, 'cairn_requests_in_progress 1');
    client.socket.resume();
    await closed;
    expect(client.heard().length).toBeLessThan(large.length);
  });

  test('blob-08: a connection that ends within a pack leaves nothing', async () => {
    const { port } = await serve();
    const pack = await packOf('half of it');
    const client = await dial(port);
    client.socket.write((await uploadHead(pack)) + pack.subarray(0, 20).toString('latin1'));
    await sleep(50);
    client.socket.destroy();
    await client.closed;
    const again = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect(again.status).toBe(200);
    const { records } = await lab.json<{ records: number }>(`${base}/packs`, {
      method: 'POST',
      key: lab.root,
      headers: { [algorithmHeader]: 'blake3' },
      bytes: pack,
    });
    expect(records).toBe(1);
  });

  test('500 that send slowly keep nobody waiting', async () => {
    const { port, url } = await serve();
    const head = await uploadHead(await packOf('slowly'));
    const slow = await Promise.all(Array.from({ length: 500 }, () => dial(port)));
    for (const { socket } of slow) socket.write(head);
    const answer = await fetch(`${url}${base}/packs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${lab.root}`, [algorithmHeader]: 'blake3' },
      body: (await packOf('fast')) as Uint8Array<ArrayBuffer>,
    });
    expect(await answer.json()).toEqual({ records: 1 });
    expect(slow.map(({ heard }) => heard()).join('')).toBe('');
  });

  test('uploads have places, of which one key has not all', async () => {
    const server = createServer({
      store: lab.store,
      logger: silentLogger,
      limits: { uploads: 3, uploadsPerKey: 2 },
    });
    const { url, close } = await listen(server, { port: 0 });
    onTestFinished(() => close({ graceMs: 0 }));
    const port = Number(new URL(url).port);
    const pack = await packOf('in a queue');
    const held = await Promise.all([dial(port), dial(port)]);
    for (const { socket } of held) socket.write(await uploadHead(pack));
    await untilShown(server, 'cairn_uploads_in_progress 2');
    const third = await dial(port);
    third.socket.write(await uploadHead(pack));
    await until(() => third.heard().includes('\r\n\r\n'));
    expect(third.heard()).toMatch(/^HTTP\/1.1 429 [\s\S]*retry-after: 1\r\n/i);
    for (const { socket, heard } of held) {
      socket.write(pack);
      await until(() => heard().includes('"records":1'));
    }
  });
});

describe('closing', () => {
  test('what was begun comes to its end, and nothing new is taken', async () => {
    const { port, close, url, server } = await serve();
    const pack = await packOf('sent while it stopped');
    const client = await dial(port);
    client.socket.write(await uploadHead(pack));
    await untilShown(server, 'cairn_uploads_in_progress 1');
    let isClosed = false;
    const closing = close().then(() => {
      isClosed = true;
    });
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
    expect(isClosed).toBe(false);
    client.socket.write(pack);
    await Promise.all([closing, client.closed]);
    expect(client.heard()).toContain('"records":1');
  });

  test('a client that was refused in the middle of its body, and has gone, is not waited for', async () => {
    const { port, close } = await serve();
    const client = await dial(port);
    const head = `POST ${api}/lineage HTTP/1.1\r\nHost: h\r\n${auth}Content-Type: application/json\r\n`;
    client.socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
    const chunk = Buffer.concat([
      Buffer.from('1000000\r\n'),
      Buffer.alloc(0x1000000, ' '),
      Buffer.from('\r\n'),
    ]);
    for (let i = 0; i < 3; i++) client.socket.write(chunk);
    await until(() => client.heard().startsWith('HTTP/1.1 413 '));
    client.socket.destroy();
    await close({ graceMs: 600_000 });
  }, 30_000);

  test('in an app of somebody else, too, it waits for what was begun', async () => {
    const server = createServer({ store: lab.store, logger: silentLogger });
    let end = () => {};
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        end = () => controller.close();
      },
    });
    const headers = { authorization: `Bearer ${lab.root}`, 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit;
    const answer = server.fetch(new Request(`http://h${api}/lineage`, init));
    await sleep(20);
    let isClosed = false;
    const closing = server.close().then(() => {
      isClosed = true;
    });
    await sleep(20);
    expect(isClosed).toBe(false);
    end();
    expect((await answer).status).toBe(400);
    await closing;
  });

  test('after the time that is given, what is left is cut', async () => {
    const { port, close, server } = await serve();
    const client = await dial(port);
    client.socket.write(await uploadHead(await packOf('never sent')));
    await untilShown(server, 'cairn_uploads_in_progress 1');
    await close({ graceMs: 50 });
    await client.closed;
  });

  test('one that closes says so to who asks whether it is ready, and to others that they come again', async () => {
    const server = createServer({ store: lab.store, logger: silentLogger });
    const get = (path: string) => server.fetch(new Request(`http://h${path}`));
    expect((await get('/readyz')).status).toBe(200);
    await server.close();
    expect([(await get('/readyz')).status, (await get('/healthz')).status]).toEqual([503, 200]);
    const refused = await get(`${api}/`);
    expect([refused.status, refused.headers.get('connection')]).toEqual([503, 'close']);
  });
});

describe('where it listens', () => {
  test('auth-15: a server without keys stays on this machine', async () => {
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.com', '127.0.0.1.example.com']) {
      const refused = await serve({ host }, { auth: 'none' }).catch((error: unknown) => error);
      expect(CairnError.is(refused, 'forbidden'), host).toBe(true);
    }
    const { url } = await serve({}, { auth: 'none' });
    expect((await fetch(`${url}${api}/versions`)).status).toBe(200);
  });

  test('without keys, pages of other sites and names of other hosts are refused', async () => {
    const { port } = await serve({}, { auth: 'none' });
    const ask = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        http
          .get({ port, host: '127.0.0.1', path: `${api}/versions`, headers }, (answer) => {
            answer.resume();
            resolve(answer.statusCode);
          })
          .on('error', reject);
      });
    expect(await ask({ host: `127.0.0.1:${port}` })).toBe(200);
    expect(await ask({ host: 'rebound.example.com' })).toBe(403);
    expect(await ask({ origin: 'https://evil.example.com' })).toBe(403);
    expect(await ask({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await ask({ 'sec-fetch-site': 'same-site' })).toBe(403);
  });

  test('a port that is taken is an error with a code', async () => {
    const { port } = await serve();
    const failure = await serve({ port }).catch((error: unknown) => error);
    expect(CairnError.is(failure, 'unavailable')).toBe(true);
  });

  test('TLS, by certificate and key', async () => {
    const pem = (name: string) => readFileSync(new URL(`./loopback-${name}.pem`, import.meta.url), 'utf8');
    const cert = pem('cert');
    const { url } = await serve({ tls: { cert, key: pem('key') } });
    expect(url).toMatch(/^https:/);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      https
        .get(`${url}/healthz`, { ca: cert }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        })
        .on('error', reject);
    });
    expect(status).toBe(200);
  });

  test('behind proxies, an address is what the last one that is trusted saw', async () => {
    const server = createServer({
      store: lab.store,
      logger: silentLogger,
      trustedProxies: ['127.0.0.1', '10.0.0.0/8'],
      limits: { addressRate: { perSecond: 0.001, burst: 1 } },
    });
    const { url, close } = await listen(server, { port: 0 });
    onTestFinished(() => close({ graceMs: 0 }));
    const from = async (forwarded: string) =>
      (await fetch(`${url}${api}/`, { headers: { 'x-forwarded-for': forwarded } })).status;
    expect(await from('192.0.2.1')).toBe(200);
    expect(await from('192.0.2.1, 10.1.2.3')).toBe(429);
    expect(await from('192.0.2.99, 192.0.2.1')).toBe(429);
    expect(await from('192.0.2.2')).toBe(200);
  });
});

describe('in an app of somebody else', () => {
  const basePath = '/data/artifacts';

  async function at(port: number, path: string) {
    return fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${lab.root}` } });
  }

  test('node:http', async () => {
    const { node } = createServer({ store: lab.store, logger: silentLogger, basePath });
    const app = createHttpServer((request, response) => {
      if (request.url?.startsWith(`${basePath}/`)) node(request, response);
      else response.end('the app');
    });
    app.listen(0, '127.0.0.1');
    await once(app, 'listening');
    onTestFinished(() => void app.close());
    const { port } = app.address() as AddressInfo;
    expect(await (await at(port, '/')).text()).toBe('the app');
    expect((await at(port, `${basePath}${api}/me`)).status).toBe(200);
    expect((await at(port, `${basePath}/healthz`)).status).toBe(200);
    expect((await at(port, `${basePath}/elsewhere`)).status).toBe(404);
  });

  test('hono', async () => {
    const server = createServer({ store: lab.store, logger: silentLogger, basePath });
    const app = new Hono();
    app.get('/', (c) => c.text('the app'));
    app.all(`${basePath}/*`, (c) => server.fetch(c.req.raw, c.env as ServerEnv));
    const node = createHttpServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
    node.listen(0, '127.0.0.1');
    await once(node, 'listening');
    onTestFinished(() => void node.close());
    const { port } = node.address() as AddressInfo;
    expect(await (await at(port, '/')).text()).toBe('the app');
    expect((await at(port, `${basePath}${api}/me`)).status).toBe(200);
    const pack = await packOf('through an app');
    const sent = await fetch(`http://127.0.0.1:${port}${basePath}${base}/packs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${lab.root}`, [algorithmHeader]: 'blake3' },
      body: pack as Uint8Array<ArrayBuffer>,
    });
    expect(await sent.json()).toEqual({ records: 1 });
  });

  test('a parser of bodies in front of it is named', async () => {
    const { node } = createServer({ store: lab.store, logger: silentLogger });
    const app = createHttpServer(async (request, response) => {
      for await (const _ of request); // as express.json() does
      node(request, response);
    });
    app.listen(0, '127.0.0.1');
    await once(app, 'listening');
    onTestFinished(() => void app.close());
    const { port } = app.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}${api}/lineage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${lab.root}`, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('express.json()');
  });

  test('two servers in one process share nothing', async () => {
    const [one, two] = [await openLab(), await openLab()];
    expect((await one.ask(`${api}/me`, { key: one.root })).status).toBe(200);
    expect((await two.ask(`${api}/me`, { key: one.root })).status).toBe(401);
    const counted = async (of: typeof one) => (await of.ask('/metrics', { key: of.root })).text();
    expect(await counted(one)).toContain('route="whoAmI",method="GET",status="200"');
    expect(await counted(two)).not.toContain('route="whoAmI",method="GET",status="200"');
    await one.server.close();
    expect((await two.ask(`${api}/me`, { key: two.root })).status).toBe(200);
  });
});

test('the first start offers a link that makes one key, once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-first-'));
  const store = await openStore(folder);
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const start = async () =>
    listen(createServer({ store, logger: silentLogger, basePath: '/c' }), { port: 0 });
  const first = await start();
  const [page = '', token = ''] = (first.setupUrl ?? '').split('#');
  expect(page).toBe(`${first.url}/setup`);
  const shown = await fetch(page);
  expect(shown.headers.get('content-security-policy')).toMatch(/script-src 'sha256-[^']+'/);
  const script = /<script>([\s\S]*)<\/script>/.exec(await shown.text())?.[1] ?? '';
  const hash = createHash('sha256').update(script).digest('base64');
  expect(shown.headers.get('content-security-policy')).toContain(hash);

  const redeem = () =>
    fetch(`${first.url}/api/v1/setup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token, user: 'ada' }),
    });
  const { secret } = (await (await redeem()).json()) as { secret: string };
  expect((await redeem()).status).toBe(401);
  const me = await fetch(`${first.url}/api/v1/me`, { headers: { authorization: `Bearer ${secret}` } });
  expect(await me.json()).toMatchObject({ user: 'ada', isAdmin: true });
  await first.close();
  const second = await start();
  onTestFinished(() => second.close());
  expect(second.setupUrl).toBeUndefined();
});
