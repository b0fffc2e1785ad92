import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpServer, startHttpServer } from './http.js';
import type { HttpFault } from './http-fault.js';

let server: HttpServer;

beforeAll(async () => {
  server = await startHttpServer();
  server.put('/x', { bytes: '0123456789', etag: '"a"', lastModified: new Date(0) });
});
afterAll(() => server.close());

/** What comes over the wire, headers in lower case, until the server ends the connection or is silent. */
async function talk(headers: Record<string, string> = {}, method = 'GET', path = '/x'): Promise<string> {
  const { port, hostname } = new URL(server.origin);
  const socket = connect(Number(port), hostname);
  const lines = Object.entries({ Host: hostname, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => {
    text += '[reset]';
  });
  socket.setTimeout(200, () => socket.destroy());
  await new Promise((resolve) => socket.once('close', resolve));
  return text;
}

describe('a well-behaved server', () => {
  test.each<[Record<string, string>, number, string]>([
    [{}, 200, '0123456789'],
    [{ Range: 'bytes=2-4' }, 206, '234'],
    [{ Range: 'bytes=8-99' }, 206, '89'],
    [{ Range: 'bytes=-3' }, 206, '789'],
    [{ Range: 'bytes=4-' }, 206, '456789'],
    [{ Range: 'bytes=10-' }, 416, ''],
    [{ Range: 'pages=1-2' }, 200, '0123456789'],
    [{ Range: 'bytes=2-4', 'If-Range': '"a"' }, 206, '234'],
    [{ Range: 'bytes=2-4', 'If-Range': '"b"' }, 200, '0123456789'],
    [{ Range: 'bytes=2-4', 'If-Range': new Date(0).toUTCString() }, 206, '234'],
    [{ 'If-Match': '"a"' }, 200, '0123456789'],
    [{ 'If-Match': '"b", "a"' }, 200, '0123456789'],
    [{ 'If-Match': '*' }, 200, '0123456789'],
    [{ 'If-Match': '"b"' }, 412, ''],
    [{ 'If-Match': 'W/"a"' }, 412, ''],
    [{ 'If-None-Match': '"b"' }, 200, '0123456789'],
    [{ 'If-None-Match': 'W/"a"' }, 304, ''],
  ])('answers %j with %i %s', async (headers, status, body) => {
    const response = await fetch(`${server.origin}/x`, { headers });
    expect([response.status, await response.text()]).toEqual([status, body]);
  });

  test('tells by HEAD what GET would', async () => {
    const response = await fetch(`${server.origin}/x`, { method: 'HEAD' });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      etag: '"a"',
      'content-length': '10',
      'last-modified': 'Thu, 01 Jan 1970 00:00:00 GMT',
    });
  });

  test('has nothing at other paths, and takes no other methods', async () => {
    expect((await fetch(`${server.origin}/y`)).status).toBe(404);
    expect((await fetch(`${server.origin}/x`, { method: 'PUT', body: 'x' })).status).toBe(405);
  });

  test('compresses whatever is asked for', async () => {
    server.put('/gzip', { bytes: 'text', encoding: 'gzip' });
    expect(await talk({}, 'GET', '/gzip')).toContain(gzipSync('text').toString('latin1'));
  });
});

describe('orders', () => {
  test.each<[HttpFault, RegExp]>([
    [
      { kind: 'status', status: 503, headers: { 'Retry-After': '1' }, body: 'busy' },
      /^HTTP\/1.1 503 .*Retry-After: 1\r\n.*\r\nbusy$/s,
    ],
    [{ kind: 'redirect', to: '/y' }, /^HTTP\/1.1 302 .*Location: \/y\r\n/s],
    [{ kind: 'short', bytes: 3 }, /Content-Length: 10\r\n.*\r\n012$/s],
    [{ kind: 'long', bytes: 3 }, /Content-Length: 10\r\n.*\r\n0123456789sur$/s],
    [{ kind: 'reset', bytes: 3 }, /Content-Length: 10\r\n.*\r\n012\[reset\]$/s],
    [{ kind: 'cut-chunk', bytes: 3 }, /chunked\r\n\r\na\r\n012$/s],
    [{ kind: 'no-last-chunk' }, /chunked\r\n\r\na\r\n0123456789\r\n$/s],
    [{ kind: 'cut-close', bytes: 3 }, /Connection: close\r\n\r\n012$/s],
    [{ kind: 'wrong-range', shift: 2 }, /^HTTP\/1.1 206 .*Content-Range: bytes 4-6\/10\r\n.*\r\n234$/s],
    [{ kind: 'ignore-range' }, /^HTTP\/1.1 200 .*\r\n0123456789$/s],
    [{ kind: 'swap' }, /^HTTP\/1.1 206 .*ETag: "a"\r\n.*\r\n\xcd\xcc\xcb$/s],
    [{ kind: 'hang' }, /^$/],
    [{ kind: 'hang', bytes: 1 }, /Content-Length: 3\r\n\r\n2$/s],
    [{ kind: 'slow', bytes: 1, pauseMs: 1 }, /\r\n234$/s],
    [{ kind: 'drop' }, /^(\[reset\])?$/],
    [{ kind: 'raw', text: 'HTTP/9 what\r\n\r\n' }, /^HTTP\/9 what\r\n\r\n$/],
  ])('%j', async (fault, answer) => {
    server.order('/x', fault);
    const ranged = ['wrong-range', 'ignore-range', 'swap', 'hang', 'slow'].includes(fault.kind);
    expect(await talk(ranged ? { Range: 'bytes=2-4' } : {})).toMatch(answer);
    expect((await fetch(`${server.origin}/x`)).status).toBe(200);
  });

  test('are used up one after the other, by their method, and tell when', async () => {
    const told: string[] = [];
    server.order('/x', { kind: 'status', status: 500 }, { times: 2 });
    server.order('/x', { kind: 'status', status: 501 }, { after: () => told.push('501') });
    server.order('/x', { kind: 'status', status: 502 }, { method: 'HEAD' });
    const status = async (method = 'GET') => (await fetch(`${server.origin}/x`, { method })).status;
    expect([await status(), await status(), await status(), await status()]).toEqual([500, 500, 501, 200]);
    expect([await status('HEAD'), await status('HEAD')]).toEqual([502, 200]);
    expect(told).toEqual(['501']);
  });
});
