import { randomBytes } from 'node:crypto';
import { createServer as createTcpServer } from 'node:net';
import { badInputs, expandInput } from '@cairn/conformance';
import { loadHasher } from '@cairn/core';
import { algorithmHeader, type CommitBody } from '@cairn/remote/protocol';
import { openStore } from '@cairn/store';
import { spyOnConnect } from '@cairn/testing';
import { expect, onTestFinished, test } from 'vitest';
import { createServer, listen, silentLogger } from '../src/index.js';
import { by, each, nothing, tryCorpus, type Way } from './corpus.js';
import { packOf } from './examples.js';
import { storeReference } from './forged.js';
import { api, openLab, storeArtifact } from './lab.js';

/* The corpus at a server, asked over HTTP by a client that checks nothing itself. */

const lab = await openLab();
const mine = { entity: 'acme', project: 'bikes' };
const base = `${api}/projects/acme/bikes`;
const key = await lab.keyFor('ann', [{ ...mine, role: 'admin' }]);
const hasher = await loadHasher('blake3');

const commit = (json: object) => lab.ask(`${base}/versions`, { method: 'POST', key, json });

/** Sends bytes as they are, and fetches them again. */
async function roundTrip(...contents: readonly Uint8Array[]): Promise<void> {
  const pack = await packOf(...contents);
  const headers = { [algorithmHeader]: 'blake3' };
  await lab.json(`${base}/packs`, { method: 'POST', key, headers, bytes: pack });
  for (const bytes of contents) {
    const answer = await lab.ask(`${base}/blobs/${hasher.hash(bytes)}`, { key });
    expect(Buffer.compare(Buffer.from(await answer.arrayBuffer()), bytes)).toBe(0);
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
  }
}

async function bytesOf(input: unknown): Promise<void> {
  await roundTrip(...(expandInput(input) as Uint8Array[]));
}

/** Every URI is refused for what it is, or kept without a look at where it leads. */
async function keepsUnseen(input: unknown): Promise<void> {
  const connected = spyOnConnect();
  let visits = 0;
  const target = createTcpServer(() => void visits++).listen(0, '127.0.0.1');
  onTestFinished(() => void target.close());
  const uris = expandInput(input).flatMap((value) => {
    if (typeof value === 'string') return [value];
    const { to = [], name } = value as { readonly to?: readonly string[]; readonly name?: string };
    return name === undefined ? to : [`http://${name}/a`];
  });
  expect(uris).not.toEqual([]);
  for (const uri of uris) {
    const answer = await commit(await storeReference(lab.store, mine, uri));
    const text = await answer.text();
    expect([200, 201, 422], text).toContain(answer.status);
  }
  expect(connected.filter((address) => address !== '127.0.0.1')).toEqual([]);
  expect(visits).toBe(0);
}

/** What nobody may refer to is refused by who keeps it, too, and what is secret of it told to nobody. */
async function refuses(input: unknown): Promise<void> {
  for (const uri of expandInput(input) as string[]) {
    const answer = await commit(await storeReference(lab.store, mine, uri));
    const text = await answer.text();
    expect([answer.status, text], uri).toEqual([422, expect.stringContaining('"uri_invalid"')]);
    expect(text).not.toContain('s3cr3t');
  }
}

const client = (what: string) => nothing(`${what}, which only clients do`);
const hostile = by('server/test/hostile.test.ts');
const metadata = each('server/test/bad-inputs.test.ts', 'metadata');
const paths = each('server/test/bad-inputs.test.ts', 'commit');

const ways: Record<string, Way> = {
  'meta-01': by('server/test/bad-inputs.test.ts'),
  'meta-04': metadata,
  'meta-05': by('server/test/bad-inputs.test.ts'),
  'meta-07': metadata,
  'meta-08': metadata,
  'meta-10': nothing('no JSON says a function'),
  'meta-12': each('server/test/bad-inputs.test.ts', 'description'),
  ...Object.fromEntries(
    badInputs()
      .filter(({ area }) => area === 'uri')
      .map(({ id, code }) => [id, code === 'uri_invalid' ? refuses : keepsUnseen]),
  ),
  'uri-17': client('a prefix is listed'),
  'uri-20': client('an answer is kept'),
  'uri-22': client('a redirect is followed'),

  'auth-02': hostile,
  async 'auth-03'() {
    const passing = await lab.keyFor('tom', [{ ...mine, role: 'read' }]);
    // Another process: it has nothing of this one but the folder.
    const store = await openStore(lab.store.location);
    onTestFinished(() => store.close());
    const other = await listen(createServer({ store, logger: silentLogger }), { port: 0 });
    onTestFinished(() => other.close({ graceMs: 0 }));
    const headers = { authorization: `Bearer ${passing}` };
    const statuses = async () => [
      (await lab.ask(`${api}/me`, { key: passing })).status,
      (await fetch(`${other.url}${api}/me`, { headers })).status,
    ];
    expect(await statuses()).toEqual([200, 200]);
    const { key: record } = await lab.json<{ key: { id: string } }>(`${api}/me`, { key: passing });
    await lab.json(`${api}/keys/${record.id}`, { method: 'DELETE', key: lab.root });
    expect(await statuses()).toEqual([401, 401]);
  },
  'auth-06': hostile,
  'auth-08': hostile,
  async 'auth-09'(input) {
    for (const path of expandInput(input) as string[]) {
      const answer = await lab.ask(path, {});
      // A path with dots is the path without them, and its rule is kept.
      expect([path.includes('/.') ? 401 : 404], path).toContain(answer.status);
    }
  },
  'auth-10': hostile,
  'auth-13': hostile,
  'auth-14': hostile,
  'auth-15': by('server/test/sockets.test.ts'),
  'auth-17': by('server/test/repeats.test.ts'),
  'auth-18': hostile,

  'blob-02': hostile,
  'blob-04': hostile,
  'blob-06': hostile,
  async 'blob-07'(input) {
    for (const digest of expandInput(input) as string[]) {
      for (const path of [digest, `${digest}/plan`]) {
        const answer = await lab.ask(`${base}/blobs/${path.replace('../../', '..%2f..%2f')}`, { key });
        expect(answer.status, path).toBe(400);
      }
      const lying = { ...(await storeArtifact(lab.store, mine, 'photos', { a: 'a' })), digest };
      expect((await commit(lying)).status, digest).toBe(400);
    }
  },
  'blob-08': by('server/test/sockets.test.ts'),
  'blob-10': hostile,
  'blob-11': by('server/test/repeats.test.ts'),
  'blob-12': by('server/test/repeats.test.ts'),
  'blob-15': bytesOf,
  'blob-16': bytesOf,

  'sign-01': by('server/test/direct.test.ts'),
  'sign-02': by('server/test/direct.test.ts'),
  'sign-04': hostile,
  'sign-06': by('server/test/direct.test.ts'),

  'log-01': hostile,
  async 'log-02'(description) {
    const before = lab.log.length;
    const body = await storeArtifact(lab.store, mine, 'photos', { 'a.txt': 'escaped' });
    expect((await commit({ ...body, description })).status).toBe(201);
    await lab.ask(`/${encodeURIComponent(String(description))}`, { key });
    await lab.ask(`${base}/collections/${encodeURIComponent(String(description))}/version?version=0`, {
      key,
    });
    const lines = lab.log.slice(before).map(({ fields, message }) => JSON.stringify({ ...fields, message }));
    expect(lines.length).toBeGreaterThanOrEqual(3);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  },

  'dos-01': hostile,
  'dos-02': by('server/test/sockets.test.ts'),
  async 'dos-04'(input) {
    const { count } = input as { readonly count: number };
    const body = await storeArtifact(lab.store, mine, 'large', { 'a.txt': 'a' });
    // Of a manifest that isn't there: whoever looked for it would say so.
    const absent = hasher.hash(randomBytes(8));
    const answer = await commit({ ...body, entryCount: count, manifest: absent });
    expect([answer.status, await answer.text()]).toEqual([413, expect.stringContaining('quota_exceeded')]);
    expect((await commit({ ...body, entryCount: count - 1 })).status).toBe(422);
    expect((await commit(body)).status).toBe(201);
  },
  'dos-05': hostile,

  'ok-01': paths,
  'ok-02': paths,
  'ok-04': paths,
  'ok-05': paths,
  'ok-06': paths,
  'ok-08': paths,
  'ok-12': hostile,
  'ok-13': client('a folder is downloaded to'),
  async 'ok-14'(input) {
    await keepsUnseen(input);
  },
  'ok-16': metadata,
  'ok-17': by('server/test/corpus-client.test.ts'),
  'ok-18': by('../bench/src/benches.ts', 'a file of 5 GiB up and down'),
};

tryCorpus(ways);

test('of what a manifest says of itself, nothing is believed that its index does not say', async () => {
  const small = await openLab({ limits: { entries: 2 } });
  const send = (body: CommitBody) =>
    small.ask(`${base}/versions`, { method: 'POST', key: small.root, json: body });
  const three = await storeArtifact(small.store, mine, 'photos', { a: '1', b: '2', c: '3' });
  expect((await send(three)).status).toBe(413);
  expect((await send({ ...three, entryCount: 2 })).status).toBe(422);
  expect((await send(await storeArtifact(small.store, mine, 'photos', { a: '1', b: '2' }))).status).toBe(201);
});
