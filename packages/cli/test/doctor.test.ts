import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testPlace } from './support/cairn.js';
import { expectRecord } from './support/matches-record.js';
import { type Served, serve } from './support/served.js';

// A server of its own, and something between it and the program that changes what it says.

const place = testPlace();
const { cairn } = place;
const pem = (what: string) =>
  fileURLToPath(new URL(`../../server/test/loopback-${what}.pem`, import.meta.url));
const opened: Server[] = [];
let server: Served;
let key: string;

beforeAll(async () => {
  server = await serve(place, ['--data', 'data']);
  expect((await cairn(['login', server.setupUrl ?? '', '--user', 'ana'])).code).toBe(0);
  key = await newKey('--scope', 'acme/bikes:write');
});
afterAll(async () => {
  for (const each of opened) each.close();
  await server.stop();
});

async function newKey(...args: readonly string[]): Promise<string> {
  const { stdout } = await cairn(['key', 'create', 'ci', ...args, '--json']);
  return JSON.parse(stdout).secret;
}

interface Between {
  readonly date?: (date: number) => number;
  readonly body?: (body: string) => string;
  readonly isSecure?: boolean;
}

/** Passes everything on to the server, and changes its answers. @returns Its URL. */
async function between({ date, body, isSecure = false }: Between): Promise<string> {
  const pass = (asked: IncomingMessage, answer: ServerResponse) => {
    const { method, url = '', headers } = asked;
    const onward = request(new URL(url, server.url), { method, headers }, async (told) => {
      const at = date?.(Date.now());
      if (at !== undefined) answer.setHeader('date', new Date(at).toUTCString());
      const type = told.headers['content-type'];
      if (type !== undefined) answer.setHeader('content-type', type);
      answer.writeHead(told.statusCode ?? 500);
      if (body !== undefined && url === '/api/v1/') answer.end(body(await text(told)));
      else told.pipe(answer);
    });
    asked.pipe(onward);
  };
  const made = isSecure
    ? createSecureServer({ cert: readFileSync(pem('cert')), key: readFileSync(pem('key')) }, pass)
    : createServer(pass);
  opened.push(made);
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return `${isSecure ? 'https' : 'http'}://127.0.0.1:${(made.address() as AddressInfo).port}`;
}

/** What the doctor says of a server, by the names of its checks: whether it is right, what it found and the fix. */
async function look(url: string, env: Readonly<Record<string, string>> = {}, args: readonly string[] = []) {
  const given = { CAIRN_API_KEY: key, CAIRN_ENTITY: 'acme', CAIRN_PROJECT: 'bikes', ...env };
  const { stdout, code } = await cairn(['doctor', '--host', url, '--json', ...args], { env: given });
  const checks: { check: string; ok: boolean; found: string; fix: string | null }[] = JSON.parse(stdout);
  for (const check of checks) expectRecord(check, 'check');
  expect(code).toBe(checks.every(({ ok }) => ok) ? 0 : 1);
  for (const { ok, fix } of checks) expect(fix === null).toBe(ok);
  return {
    names: checks.map(({ check }) => check),
    wrong: checks.filter(({ ok }) => !ok).map(({ check }) => check),
    of: (name: string) => checks.find(({ check }) => check === name),
  };
}

test('a server that is right passes every look', async () => {
  const { names, wrong, of } = await look(server.url);
  expect(names).toEqual(['settings', 'cache', 'name', 'server', 'clock', 'key', 'storage']);
  expect(wrong).toEqual([]);
  expect(of('settings')?.found).toContain(`store ${server.url} (--store)`);
  expect(of('settings')?.found).not.toContain(key);
  expect(of('name')?.found).toBe('127.0.0.1 is 127.0.0.1');
  expect(of('key')?.found).toBe('"ci" of ana, for acme/bikes:write');
  expect(of('storage')?.found).toBe('stored, read and read in part');
});

test.each([
  [2 * 3600_000, /ahead of this one/],
  [-26 * 3600_000, /behind this one/],
])('a clock that is off by %i ms is told', async (off, said) => {
  const { wrong, of } = await look(await between({ date: (now) => now + off }));
  expect(wrong).toEqual(['clock']);
  expect(of('clock')?.found).toMatch(said);
  expect(of('clock')?.fix).toContain('timedatectl');
});

test('a certificate that nobody here trusts is told, and how to trust it', async () => {
  const url = await between({ isSecure: true });
  const { wrong, of } = await look(url);
  expect(wrong).toEqual(['certificate']);
  expect(of('certificate')?.fix).toContain('NODE_EXTRA_CA_CERTS');
  const trusting = await look(url, { NODE_EXTRA_CA_CERTS: pem('cert') });
  expect(trusting.wrong).toEqual([]);
  expect(trusting.of('certificate')?.found).toMatch(/^trusted, until 2126-/);
  expect((await look(url.replace('https', 'http'))).of('server')?.fix).toContain('https://');
  expect((await look(server.url.replace('http', 'https'))).of('certificate')?.fix).toContain('http://');
});

test('a server of another version, or one of something else, is told', async () => {
  const newer = await look(
    await between({ body: (body) => body.replace(/"version":"[^"]+"/, '"version":"9.1.0"') }),
  );
  expect(newer.wrong).toEqual(['server']);
  expect(newer.of('server')?.fix).toContain('@cairn/cli@9');
  const other = await look(await between({ body: () => '<html>' }));
  expect(other.of('server')?.found).toContain('not as a Cairn server does');
});

test('what the key may not do, and when it ends, is told', async () => {
  const reading = await look(server.url, { CAIRN_API_KEY: await newKey('--scope', 'acme/bikes:read') });
  expect(reading.wrong).toEqual([]);
  expect(reading.of('storage')?.found).toContain('may not write in acme/bikes');
  const short = await look(server.url, {
    CAIRN_API_KEY: await newKey('--scope', 'acme/bikes:write', '--expires', '2d'),
  });
  expect(short.wrong).toEqual(['key']);
  expect(short.of('key')?.fix).toContain('cairn key create');
  const elsewhere = await look(server.url, { CAIRN_PROJECT: 'cars' });
  expect(elsewhere.of('key')?.fix).toContain('acme/cars');
  const unknown = await look(server.url, { CAIRN_API_KEY: `${key.slice(0, -4)}aaaa` });
  expect(unknown.wrong).toEqual(['key']);
});

test('a host that there is not is told', async () => {
  const { wrong, names } = await look('https://nobody.invalid');
  expect(wrong).toEqual(['name']);
  expect(names).not.toContain('server');
});
