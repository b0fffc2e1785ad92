import { randomBytes } from 'node:crypto';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testPlace } from './support/cairn.js';
import { expectRecord } from './support/matches-record.js';
import { type Served, serve } from './support/served.js';

const place = testPlace();
const { cairn } = place;
let server: Served;

beforeAll(async () => {
  server = await serve(place, ['--data', 'data']);
});
afterAll(async () => {
  await server.stop();
});

async function json(...args: readonly string[]) {
  const { stdout, stderr, code } = await cairn([...args, '--json']);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

describe('a new server', () => {
  test('lets nobody in without a key', async () => {
    const { stderr, code } = await cairn(['ls', '--host', server.url]);
    expect(code).toBe(4);
    expect(stderr).toContain('[unauthenticated]');
    expect((await cairn(['whoami', '--host', server.url])).code).toBe(4);
  });

  test('shows a link that makes the first key, once', async () => {
    const link = server.setupUrl ?? '';
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/setup#cairnsetup_\w+$/);
    const me = await json('login', link, '--user', 'ana');
    expectRecord(me, 'identity');
    expect(me).toMatchObject({ user: 'ana', admin: true, server: server.url });
    expect(statSync(place.join('config/config.json')).mode & 0o077).toBe(0);
    expect((await cairn(['login', link, '--user', 'eve', '--profile', 'eve'])).code).toBe(4);
  });

  test('is the store from then on: put, ls and get work with it', async () => {
    place.write({ 'd/a.txt': 'one', 'd/b.txt': 'two' });
    const put = await cairn(['put', 'd', '-n', 'acme/bikes/data']);
    expect(put.stdout).toBe('data:v0 (latest)  2 files · sent 6 B of 6 B\n');
    expect(put.stderr).toContain(`in:      acme/bikes of ${server.url}`);
    expect((await cairn(['ls', 'acme/bikes', '-q'])).stdout).toBe('acme/bikes/data\n');
    const link = `${server.url}/acme/bikes/artifacts/dataset/data/v0`;
    expect((await cairn(['show', link, '-q'])).stdout).toBe('acme/bikes/data:v0\n');
    expect((await cairn(['get', 'acme/bikes/data', 'out'])).code).toBe(0);
    expect((await cairn(['verify', 'out'])).stderr).toContain('2 files verified');
    expect((await cairn(['cat', 'acme/bikes/data', 'a.txt'])).stdout).toBe('one');
    expect(existsSync(place.join('.cairn'))).toBe(false);
  });
});

describe('whoami', () => {
  test('says who one is, and what the key opens', async () => {
    expectRecord(await json('whoami'), 'identity');
    expect((await cairn(['whoami', '-q'])).stdout).toBe('ana\n');
    expect((await cairn(['whoami'])).stdout).toContain(`ana (server admin) at ${server.url}`);
  });

  test('of a folder has nothing to say', async () => {
    const { stderr, code } = await cairn(['whoami', '--store', 'data']);
    expect(code).toBe(2);
    expect(stderr).toContain('needs no login');
  });
});

describe('key', () => {
  let id: string;
  let secret: string;

  test('create makes one that opens no more than it says', async () => {
    const made = await json('key', 'create', 'ci', '--scope', 'acme/bikes:read', '--expires', '90d');
    expectRecord(made, 'created key');
    ({ id, secret } = made);
    expect(secret).toMatch(/^cairn_\w{49}$/);
    const asCi = { env: { CAIRN_API_KEY: secret } };
    expect((await cairn(['ls', 'acme/bikes', '-q'], asCi)).stdout).toBe('acme/bikes/data\n');
    expect((await cairn(['put', 'd', '-n', 'acme/bikes/data', '-a', 'x'], asCi)).code).toBe(4);
    expect((await cairn(['put', 'd', '-n', 'acme/trikes/data'], asCi)).code).not.toBe(0);
  });

  test('list shows all keys, and no secret', async () => {
    const keys = await json('key', 'list');
    for (const key of keys) expectRecord(key, 'key');
    expect(keys.map((key: { name: string }) => key.name)).toEqual(['admin', 'ci']);
    expect(JSON.stringify(keys)).not.toContain(secret);
    expect((await cairn(['key', 'list', '-q', '--store', 'data'])).stdout).toContain(`${id}\n`);
  });

  test('revoke ends it at once, once it is confirmed', async () => {
    expect((await cairn(['key', 'revoke', id])).code).toBe(2);
    expect((await cairn(['key', 'revoke', id, '--yes', '-q'])).stdout).toBe(`${id}\n`);
    const { stderr, code } = await cairn(['ls'], { env: { CAIRN_API_KEY: secret } });
    expect(code).toBe(4);
    expect(stderr).toContain('revoked');
    expect((await cairn(['key', 'revoke', 'nobody', '--yes'])).code).toBe(5);
  });

  test('create works in the folder of the store, too, for who has it', async () => {
    const args = ['key', 'create', 'local', '--scope', '*:admin', '--store', 'data'];
    expect((await cairn(args)).stderr).toContain('--user');
    const { stdout } = await cairn([...args, '--user', 'ana']);
    expect((await cairn(['whoami', '-q'], { env: { CAIRN_API_KEY: stdout.trim() } })).stdout).toBe('ana\n');
    expect((await cairn([...args, '--user', 'nobody'])).code).toBe(5);
  });

  test.each([
    [['key', 'create', 'x'], '--scope'],
    [['key', 'create', 'x', '--scope', 'bikes'], 'role'],
    [['key', 'create', 'x', '--scope', 'a/b/c:read'], 'too many parts'],
    [['key', 'create', 'x', '--scope', 'bikes:owner'], 'role'],
    [['key', 'create', 'x', '--scope', 'bikes:read', '--expires', 'soon'], '30s'],
  ])('%j is refused', async (args, hint) => {
    const { stderr, code } = await cairn(args);
    expect(code).toBe(2);
    expect(stderr).toContain(hint);
  });
});

describe('project', () => {
  test('create, list and delete work with a server and with a folder', async () => {
    expect(await cairn(['project', 'create', 'acme/trikes'])).toMatchObject({
      stdout: 'acme/trikes\n',
      code: 0,
    });
    expect((await cairn(['project', 'create', 'acme/boats', '--store', 'data'])).code).toBe(0);
    for (const project of await json('project', 'list')) expectRecord(project, 'project');
    const all = 'acme/bikes\nacme/boats\nacme/trikes\n';
    expect((await cairn(['project', 'list', '-q', '-e', 'acme'])).stdout).toBe(all);
    expect((await cairn(['project', 'list', '-q', '--store', 'data'])).stdout).toContain(all);
    expect((await cairn(['project', 'delete', 'acme/trikes'])).code).toBe(2);
    expect((await cairn(['project', 'delete', 'acme/trikes', '--yes'])).code).toBe(0);
    expect((await cairn(['project', 'delete', 'acme/boats', '--yes', '--store', 'data'])).code).toBe(0);
    expect((await cairn(['project', 'list', '-q', '-e', 'acme'])).stdout).toBe('acme/bikes\n');
    expect((await cairn(['project', 'delete', 'acme/bikes', '--yes'])).code).toBe(6);
    expect((await cairn(['project', 'delete', 'acme/none', '--yes'])).code).toBe(5);
  });
});

describe('login', () => {
  test('takes a key from stdin, and remembers only a good one', async () => {
    const { secret } = await json('key', 'create', 'second', '--scope', 'acme/*:write');
    const args = ['login', server.url, '--with-token', '--profile', 'second'];
    expect((await cairn(args, { input: `cairn_${'x'.repeat(49)}` })).code).toBe(4);
    expect((await cairn(args, { input: '' })).code).toBe(2);
    expect((await cairn(['whoami', '--profile', 'second'])).code).toBe(2);
    const { stdout, code } = await cairn(args, { input: `${secret}\n` });
    expect(code).toBe(0);
    expect(stdout).toContain('acme/*:write');
    expect((await cairn(['whoami', '-q', '--profile', 'second'])).stdout).toBe('ana\n');
  });

  test('without a terminal asks nobody', async () => {
    expect((await cairn(['login', server.url])).stderr).toContain('--with-token');
    expect((await cairn(['login', 'folder'])).code).toBe(2);
  });

  test('is undone by logout', async () => {
    expect((await cairn(['logout', '--profile', 'second'])).stderr).toContain('cairn key revoke');
    expect((await cairn(['whoami', '--profile', 'second'])).code).toBe(4);
    expect((await cairn(['logout', '--profile', 'second'])).stderr).toContain('has no key');
    expect((await cairn(['whoami', '-q'])).stdout).toBe('ana\n');
  });
});

describe('serve', () => {
  test('of a port that is taken says so', async () => {
    const { stderr, code } = await cairn(['serve', '--data', 'other', '--port', new URL(server.url).port]);
    expect(code).toBe(8);
    expect(stderr).toContain("can't listen");
  });

  test('lets everybody in only at this machine', async () => {
    const { code } = await cairn(['serve', '--data', 'other', '--no-keys', '--bind', '0.0.0.0']);
    expect(code).toBe(4);
    const open = await serve(place, ['--data', 'other', '--no-keys', '--base-path', '/base']);
    expect(open.setupUrl).toBeNull();
    expect(open.url).toMatch(/\/base$/);
    expect((await cairn(['put', 'd', '-q', '--host', open.url, '--profile', 'none'])).code).toBe(2);
    expect((await cairn(['put', 'd', '-q', '--host', open.url])).stdout).toBe('d:v0\n');
    expect(await open.stop()).toBe(0);
  });

  test('needs a folder, and a key beside a certificate', async () => {
    expect((await cairn(['serve'])).stderr).toContain('--data');
    expect((await cairn(['serve', '--data', 'x', '--tls-cert', 'y'])).code).toBe(2);
  });

  test.each([
    ['--max-entries', '0'],
    ['--max-entries', 'many'],
    ['--max-uploads', '-1'],
    ['--max-uploads-per-key', '1.5'],
    ['--key-rate', '100'],
    ['--key-rate', '0/10'],
    ['--address-rate', '10/0'],
    ['--address-rate', '1e3/10'],
  ])('with %s=%s is refused before it opens anything', async (flag, value) => {
    const { stderr, code } = await cairn(['serve', '--data', 'limited', `${flag}=${value}`]);
    expect(code).toBe(2);
    expect(stderr).toContain(`${flag} takes`);
    expect(existsSync(place.join('limited'))).toBe(false);
  });

  test('keeps the limits that it was given', async () => {
    const limited = await serve(place, ['--data', 'limited', '--no-keys', '--max-entries', '1']);
    const { stderr, code } = await cairn(['put', 'd', '-q', '--host', limited.url]);
    expect(stderr).toContain('2 entries are more than the 1 that this server takes');
    expect(code).not.toBe(0);
    expect(await limited.stop()).toBe(0);
  });

  test.each([
    [['--bucket', 's3://b/x'], 'CAIRN_DATABASE_URL'],
    [['--bucket', 's3://b/x', '--data', 'x'], 'not in both'],
    [['--bucket', 'file:///x', '--database', 'postgres://db/cairn'], 'no bucket'],
    [['--bucket', 's3://b/x', '--database', 'mysql://db/cairn'], 'postgres://'],
    [['--bucket', 's3://b/x', '--database', 'postgres://me:secret@db/cairn'], 'PGPASSWORD'],
    [['--database', 'postgres://db/cairn'], '--bucket'],
  ])('of a team is refused: %j', async (args, hint) => {
    const { stderr, code } = await cairn(['serve', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(hint);
    expect(stderr).not.toContain('secret');
  });

  test.each([
    [['--database', 'postgres://db/cairn'], '--bucket'],
    [['--bucket', 's3://b/x'], 'CAIRN_DATABASE_URL'],
    [['data:v0', '--bucket', 's3://b/x'], 'for the store'],
  ])('of a team is not verified: %j', async (args, hint) => {
    const { stderr, code } = await cairn(['verify', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(hint)]);
  });
});

test('a server that is gone is unavailable, with code 8', async () => {
  const gone = await serve(place, ['--data', 'gone', '--no-keys']);
  expect((await cairn(['put', 'd', '-q', '--host', gone.url])).code).toBe(0);
  expect(await gone.stop()).toBe(0);
  for (const args of [['ls'], ['put', 'd'], ['get', 'd'], ['whoami']]) {
    const { stderr, code } = await cairn([...args, '--host', gone.url, '--timeout', '2s']);
    expect(code, stderr).toBe(8);
  }
});

test('a server that is lost in the middle of a put has nothing of it, and the same put completes with the next', async () => {
  const lost = await serve(place, ['--data', 'lost', '--no-keys']);
  writeFileSync(place.join('large.bin'), randomBytes(60_000_000));
  const put = ['put', 'large.bin', '-n', 'large', '-q', '--progress', 'json'];
  const { stdout, stderr, code } = await cairn([...put, '--host', lost.url, '--timeout', '3s'], {
    onTalk: { text: '"phase":"upload"', act: () => lost.process.kill('SIGKILL') },
  });
  expect(lost.process.signalCode).toBe('SIGKILL');
  expect(stdout).toBe('');
  expect(stderr).toMatch(/\[(timeout|unavailable)\]|"code":"(timeout|unavailable)"/);
  expect(code).toBe(8);
  const next = await serve(place, ['--data', 'lost', '--no-keys']);
  expect((await cairn(['show', 'large', '--host', next.url])).code).toBe(5);
  expect((await cairn([...put, '--host', next.url])).code).toBe(0);
  expect((await cairn(['show', 'large', '-q', '--host', next.url])).stdout).toBe('large:v0\n');
  await next.stop();
});
