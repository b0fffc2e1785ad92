import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpServer } from '@cairn/conformance/servers';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  expectBytes,
  expectError,
  observe,
  quickWorld,
  read,
  refer,
  someBytes,
  startServer,
} from '../test/rig.js';
import { httpHandler } from './http-handler.js';
import type { HttpHandlerOptions } from './settings.js';

let server: HttpServer;

beforeEach(async () => {
  server = await startServer();
});

function hasty(timeouts: HttpHandlerOptions['timeouts']) {
  return httpHandler({ timeouts, retries: { attempts: 2 }, world: { sleep: async () => undefined } });
}

describe('waits no longer than it is told to', () => {
  test('for a connection', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    const uri = `https://127.0.0.1:${(silent.address() as AddressInfo).port}/x`;
    await expectError(observe(hasty({ connectMs: 50 }), uri), 'timeout');
  });

  test('for an answer', async () => {
    server.order('/x', { kind: 'hang' }, { method: 'HEAD', times: 9 });
    await expectError(observe(hasty({ headersMs: 50 }), `${server.origin}/x`), 'timeout');
    expect(server.requests).toHaveLength(2);
  });

  test('for the next bytes', async () => {
    const handler = hasty({ bodyMs: 50 });
    const reference = await refer(handler, server.put('/x', { bytes: someBytes }));
    server.order('/x', { kind: 'hang', bytes: 1000 }, { times: 9 });
    await expectError(read(handler, reference), 'timeout');
  });

  test('for a trickle of bytes', async () => {
    const handler = hasty({ bodyMs: 100, minBytesPerSecond: 10_000 });
    const reference = await refer(handler, server.put('/x', { bytes: someBytes }));
    server.order('/x', { kind: 'slow', bytes: 1, pauseMs: 5 }, { times: 9 });
    await expectError(read(handler, reference), 'timeout');
  });

  test('for the next bytes, anew each time', async () => {
    const handler = httpHandler({ timeouts: { bodyMs: 1000 }, retries: { attempts: 1 } });
    const reference = await refer(handler, server.put('/x', { bytes: someBytes }));
    server.order('/x', { kind: 'slow', bytes: 75_000, pauseMs: 600 });
    expectBytes(await read(handler, reference), someBytes);
  });

  test('also after its reader lagged', async () => {
    const handler = httpHandler({ timeouts: { bodyMs: 50 }, retries: { attempts: 1 } });
    const reference = await refer(handler, server.put('/x', { bytes: someBytes }));
    server.order('/x', { kind: 'hang', bytes: 1000 });
    const lagging = async () => {
      for await (const _ of handler.open(reference)) await sleep(120);
    };
    await expectError(lagging(), 'timeout');
  });

  test('and goes on after it', async () => {
    const handler = hasty({ bodyMs: 50 });
    const reference = await refer(handler, server.put('/x', { bytes: someBytes }));
    server.order('/x', { kind: 'hang', bytes: 100_000 });
    expectBytes(await read(handler, reference), someBytes);
  });
});

test('does not count the time that the reader takes', async () => {
  const handler = httpHandler({ timeouts: { bodyMs: 300 }, retries: { attempts: 1 } });
  const reference = await refer(handler, server.put('/x', { bytes: someBytes, etag: 'none' }));
  const chunks: Uint8Array[] = [];
  for await (const chunk of handler.open(reference)) {
    chunks.push(chunk);
    if (chunks.length < 3) await sleep(500);
  }
  expectBytes(Buffer.concat(chunks), someBytes);
});

describe('an abort rejects with its reason', () => {
  // The code is one that would be tried again.
  const reason = Object.assign(new Error('enough'), { code: 'ECONNRESET' });

  const wasAsked = () => expect(server.requests).toHaveLength(1);

  async function expectAbort(
    work: (signal: AbortSignal) => Promise<unknown>,
    isWaiting = wasAsked,
  ): Promise<void> {
    const controller = new AbortController();
    const outcome = work(controller.signal).catch((error: unknown) => error);
    await vi.waitFor(isWaiting, { timeout: 20_000, interval: 5 });
    setTimeout(() => controller.abort(reason), 30);
    expect(await outcome).toBe(reason);
  }

  const drain = async (chunks: AsyncIterable<unknown>): Promise<void> => {
    for await (const _ of chunks);
  };

  test('before anything is asked', async () => {
    const handler = httpHandler();
    const signal = AbortSignal.abort(reason);
    const uri = server.put('/x', { bytes: 'x' });
    const reference = { kind: 'reference', path: 'x', uri, digest: `uri:${uri}` } as const;
    await expect(drain(handler.observe(uri, { signal }))).rejects.toBe(reason);
    await expect(drain(handler.open(reference, { signal }))).rejects.toBe(reason);
    await expect(handler.verify?.(reference, { signal })).rejects.toBe(reason);
    expect(server.requests).toEqual([]);
  });

  test('while it waits for an answer', async () => {
    server.order('/x', { kind: 'hang' }, { method: 'HEAD' });
    await expectAbort((signal) => drain(httpHandler().observe(`${server.origin}/x`, { signal })));
  });

  test('while it waits for the next bytes', async () => {
    const handler = httpHandler();
    const reference = await refer(handler, server.put('/x', { bytes: someBytes, etag: 'none' }));
    server.order('/x', { kind: 'hang', bytes: 1000 });
    const controller = new AbortController();
    const reading = async () => {
      for await (const _ of handler.open(reference, controller)) controller.abort(reason);
    };
    await expect(reading()).rejects.toBe(reason);
  });

  test('while it waits to ask again', async () => {
    server.order('/x', { kind: 'status', status: 503, headers: { 'Retry-After': '60' } }, { method: 'HEAD' });
    await expectAbort((signal) => drain(httpHandler().observe(`${server.origin}/x`, { signal })));
  });

  test('while headers are asked for, and waits for no connection then', async () => {
    const controller = new AbortController();
    const headers = () => {
      controller.abort(reason);
      return undefined;
    };
    const world = { lookup: () => new Promise<never>(() => undefined) };
    const work = drain(httpHandler({ headers, world }).observe('http://slow.test/x', controller));
    await expect(work).rejects.toBe(reason);
  });

  test('while a name is looked up', async () => {
    let lookups = 0;
    const lookup = () => {
      lookups++;
      return new Promise<never>(() => undefined);
    };
    const world = { ...quickWorld().world, lookup };
    await expectAbort(
      (signal) => drain(httpHandler({ world }).observe('http://slow.test/x', { signal })),
      () => expect(lookups).toBe(1),
    );
  });
});
