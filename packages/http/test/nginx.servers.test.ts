import { copyFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Nginx, startNginx } from '@cairn/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { httpHandler } from '../src/index.js';
import { expectBytes, expectError, observe, read, refer, someBytes } from './rig.js';

const nginx = await startNginx();
const handler = httpHandler();
const small = Buffer.from('small, but not empty\n');

if (nginx === undefined) {
  const reason = 'nginx is not installed, and CAIRN_TEST_NGINX_URL and CAIRN_TEST_NGINX_ROOT name none';
  test('nginx is there', (context) => {
    expect(process.env.CAIRN_REQUIRE_SERVERS, reason).not.toBe('1');
    context.skip(reason);
  });
  console.warn(`The http handler was not tried with nginx: ${reason}.`);
} else {
  describe('with nginx', () => withNginx(nginx));
}

/** Replaces a file at once, with a date of its own: nginx makes its ETags of the size and the second. */
function put({ root }: Nginx, name: string, bytes: Uint8Array, seconds = 1_700_000_000): void {
  const path = join(root, name);
  writeFileSync(`${path}.new`, bytes);
  utimesSync(`${path}.new`, seconds, seconds);
  renameSync(`${path}.new`, path);
}

function withNginx(server: Nginx): void {
  const at = (path: string) => server.endpoint + path;

  beforeAll(() => {
    put(server, 'data.bin', someBytes);
    put(server, 'small.txt', small);
    put(server, 'empty', Buffer.alloc(0));
    put(server, 'packed.bin', someBytes);
    put(server, 'packed.bin.gz', gzipSync(someBytes));
    put(server, 'a b+c#ü%.bin', small);
    copyFileSync(join(server.root, 'small.txt'), join(server.root, 'x.csv'));
  });
  afterAll(() => server.stop());

  test.each([
    ['/data.bin', /^etag:"[0-9a-f-]+"$/, someBytes.length],
    ['/noetag/data.bin', /^uri:/, someBytes.length],
    ['/bare/data.bin', /^uri:/, someBytes.length],
    ['/norange/data.bin', /^etag:"/, someBytes.length],
    ['/gzip/data.bin', /^etag:"/, someBytes.length],
    ['/chunked/data.bin', /^uri:/, undefined],
    ['/weak/data.bin', /^etag:W\/"/, undefined],
    ['/nohead/data.bin', /^etag:"/, someBytes.length],
    ['/static-gzip/packed.bin', /^etag:"/, undefined],
    ['/r301/data.bin', /^etag:"/, someBytes.length],
    ['/r302/data.bin', /^etag:"/, someBytes.length],
    ['/r307/data.bin', /^etag:"/, someBytes.length],
  ])('%s: is known as %s and read exactly', async (path, digest, size) => {
    const reference = await refer(handler, at(path));
    expect(reference).toMatchObject({ uri: at(path), digest: expect.stringMatching(digest) });
    expect(reference.size).toBe(size);
    expectBytes(await read(handler, reference), someBytes);
    expectBytes(
      await read(handler, reference, { range: { start: 100, end: 250_000 } }),
      someBytes.subarray(100, 250_000),
    );
    expectBytes(await read(handler, reference, { range: { start: 299_999 } }), someBytes.subarray(299_999));
    expect(await read(handler, reference, { range: { start: 300_000 } })).toHaveLength(0);
    expect(await handler.verify?.(reference)).toBe(
      reference.digest.startsWith('uri:') ? 'unverifiable' : 'match',
    );
  });

  test.each(['/empty', '/nohead/empty', '/weak/empty'])('%s: an empty file is one', async (path) => {
    const reference = await refer(handler, at(path));
    expect(await read(handler, reference)).toHaveLength(0);
    expect(await handler.verify?.(reference)).toBe('match');
  });

  test('odd characters survive', async () => {
    const reference = await refer(handler, at('/a%20b+c%23%C3%BC%25.bin'));
    expect(reference.path).toBe('a b+c#ü%.bin');
    expectBytes(await read(handler, reference), small);
  });

  test.each(['/changing.bin', '/noetag/changing.bin', '/norange/changing.bin', '/weak/changing.bin'])(
    '%s: a change is noticed before the first byte',
    async (path) => {
      put(server, 'changing.bin', Buffer.from('one'));
      const reference = await refer(handler, at(path));
      put(server, 'changing.bin', Buffer.from('two'), 1_700_000_001);
      await expectError(read(handler, reference), 'reference_changed');
      await expectError(read(handler, reference, { range: { start: 1 } }), 'reference_changed');
      expect(await handler.verify?.(reference)).toBe('changed');
    },
  );

  test('what is missing, forbidden or in a circle says so', async () => {
    await expectError(observe(handler, at('/nothing')), 'not_found');
    await expectError(observe(handler, at('/forbidden/x')), 'forbidden');
    await expectError(observe(handler, at('/loop')), 'unavailable');
  });

  test('credentials stay with their origin', async () => {
    const keyed = httpHandler({ headers: { [server.endpoint]: { authorization: 'Bearer k' } } });
    expect(String(await read(keyed, await refer(keyed, at('/seen'))))).toBe('[Bearer k]');
    expect(String(await read(keyed, await refer(keyed, at('/away'))))).toBe('[]');
  });

  test('a server that is busy is asked again when it says', async () => {
    const many = Array.from({ length: 3 }, () => observe(handler, at('/busy/x.csv')));
    for (const { size } of await Promise.all(many)) expect(size).toBe(small.length);
  });

  test.each([
    ['/drop', 'unavailable'],
    ['/down', 'unavailable'],
  ] as const)('%s: what does not pass is an error in the end', async (path, code) => {
    const hasty = httpHandler({ retries: { attempts: 2 } });
    await expectError(observe(hasty, at(path)), code);
  });
}
