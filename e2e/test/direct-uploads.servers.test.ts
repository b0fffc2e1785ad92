import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ContentDigest, loadHasher, type ObjectStore, readAll, type Store } from '@cairn/core';
import { gsObjectStore } from '@cairn/gs';
import { openAccount, openRemote } from '@cairn/remote';
import { s3ObjectStore } from '@cairn/s3';
import { Api, withRun } from '@cairn/sdk';
import { dataKind, PackTable, rawDigest } from '@cairn/store/engine';
import { openTeamStore } from '@cairn/store/postgres';
import { collect, makeGsBucket, startFakeGcsServer, startPostgres } from '@cairn/testing';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TeamRig, type TeamServer, teamRig } from './support/team-rig.js';

/* Large packs between a client and the bucket of a server: cairn serve, PostgreSQL, and VersityGW, which checks signatures. */

if (process.env.CAIRN_REQUIRE_SERVERS === '1') {
  describe('uploads to the bucket of a server', direct);
  test('a pack goes to a bucket of Cloud Storage', { timeout: 600_000 }, toCloudStorage);
} else test('there are servers', (context) => context.skip('CAIRN_REQUIRE_SERVERS is not 1'));

interface Place {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly token: string;
}

const MiB = 1024 * 1024;
const size = 40 * MiB;

function direct(): void {
  const project = { entity: 'acme', project: 'mine' };
  let rig: TeamRig;
  let server: TeamServer;
  let key: string;
  let folder: string;
  let client: Store;
  let objects: ObjectStore;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cairn-direct-'));
    rig = await teamRig();
    const { endpoint, region, credentials } = rig.place;
    const clientConfig = { endpoint, region, credentials };
    objects = s3ObjectStore({ bucket: rig.bucket, prefix: 'team', clientConfig });
    server = await rig.serve(rig.line.endpoint);
    const account = openAccount({ url: server.url });
    const [, token = ''] = (server.setupUrl ?? '').split('#');
    key = (await account.setUp(token, { user: 'root' })).secret;
    await account.close();
    client = await openRemote({ url: server.url, apiKey: key, cacheDir: join(folder, 'cache') });
  }, 600_000);
  afterAll(async () => {
    await client.close();
    await rig.stop();
    rmSync(folder, { recursive: true });
  });

  function ask(path: string, json?: unknown): Promise<Response> {
    const headers = {
      authorization: `Bearer ${key}`,
      'cairn-algorithm': 'blake3',
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const body = json === undefined ? {} : { method: 'POST', body: JSON.stringify(json) };
    return fetch(new URL(path, server.url), { headers, ...body });
  }

  /** How many bytes of packs the server has received. */
  async function received(): Promise<number> {
    const text = await (await ask('/metrics')).text();
    return Number(/^cairn_received_bytes_total (\d+)/m.exec(text)?.[1] ?? 0);
  }

  async function put(bytes: Uint8Array): Promise<ContentDigest> {
    const [found] = await collect(client.blobsOf(project).put([{ kind: 'bytes', bytes }]));
    return found?.digest as ContentDigest;
  }

  async function expectThere(digest: ContentDigest, bytes: Uint8Array): Promise<void> {
    const path = join(folder, 'back');
    await collect(client.blobsOf(project).copyTo([{ digest, path }]));
    expect(readFileSync(path).equals(bytes)).toBe(true);
  }

  async function planned(bytes: number): Promise<Place> {
    const answer = await ask('/api/v1/projects/acme/mine/packs/plan', { bytes });
    expect(answer.status).toBe(200);
    return ((await answer.json()) as { place: Place }).place;
  }

  async function write({ url, headers }: Place, body: Uint8Array, method = 'PUT'): Promise<number> {
    const { 'content-length': _, ...rest } = headers;
    const sent = method === 'PUT' ? { body: new Uint8Array(body) } : {};
    return (await fetch(url, { method, headers: rest, ...sent })).status;
  }

  const add = (token: string, name = 'mine') => ask(`/api/v1/projects/acme/${name}/packs/planned`, { token });
  const incoming = () => collect(objects.list('incoming/'));

  test('hardly a byte of a large file goes through the server', async () => {
    const bytes = randomBytes(size);
    const before = await received();
    await expectThere(await put(bytes), bytes);
    expect((await received()) - before).toBeLessThan(size / 10);
    expect(await incoming()).toEqual([]);
    const stored = await collect(objects.list('packs/'));
    expect(stored.reduce((sum, { size: each }) => sum + each, 0)).toBeGreaterThan(size);
  });

  test('a version of many files is logged, and an edit of it sends what changed', async () => {
    const place = { store: server.url, apiKey: key, ...project, cacheDir: join(folder, 'cache-2') };
    const path = join(folder, 'large');
    const bytes = randomBytes(2 * size);
    writeFileSync(path, bytes);
    const before = await received();
    await withRun(place, (run) => run.logArtifact(path, { name: 'large', type: 'dataset' }));
    bytes.set(randomBytes(100), size);
    writeFileSync(path, bytes);
    await withRun(place, (run) => run.logArtifact(path, { name: 'large', type: 'dataset' }));
    expect((await received()) - before).toBeLessThan(size / 10);
    const version = await new Api(place).artifact('large:v1');
    const root = await version.download({ root: join(folder, 'out') });
    expect(readFileSync(join(root, 'large')).equals(bytes)).toBe(true);
    expect(await incoming()).toEqual([]);
  });

  test('what is signed is one object of one length, once, and nothing else', async () => {
    const body = randomBytes(1000);
    const place = await planned(body.length);
    expect(new URL(place.url).pathname).toMatch(/\/team\/incoming\/[0-9a-f]{32}$/);
    for (const length of [999, 1001]) expect(await write(place, randomBytes(length))).toBe(403);
    for (const method of ['GET', 'DELETE', 'HEAD']) expect(await write(place, body, method)).toBe(403);
    const elsewhere = place.url.replace('/incoming/', '/packs/');
    expect(await write({ ...place, url: elsewhere }, body)).toBe(403);
    expect(await write({ ...place, headers: {} }, body)).toBe(403);
    expect(await write(place, body)).toBe(200);
    expect(await write(place, randomBytes(1000))).toBe(412);
    const [{ key: name } = { key: '' }] = await incoming();
    expect(Buffer.compare(await readAll(objects.open(name)), body)).toBe(0);
    const seconds = Number(new URL(place.url).searchParams.get('X-Amz-Expires'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(300);
    // It is no pack, and nothing of it stays.
    const answer = await add(place.token);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ error: { code: 'integrity_mismatch' } });
    expect(await incoming()).toEqual([]);
    expect((await add(place.token)).status).toBe(404);
  });

  test('a place is of use to no other project, and to nobody without a key', async () => {
    const place = await planned(1000);
    await write(place, randomBytes(1000));
    expect((await add(place.token, 'theirs')).status).toBe(404);
    expect((await fetch(new URL('/api/v1/projects/acme/mine/packs/plan', server.url))).status).toBe(405);
    const body = JSON.stringify({ token: place.token });
    const path = new URL('/api/v1/projects/acme/mine/packs/planned', server.url);
    expect((await fetch(path, { method: 'POST', body })).status).toBe(401);
    expect((await add(place.token)).status).toBe(422);
  });

  test('no signature and no token is in a log, in the audit log or in the metrics', async () => {
    const place = await planned(1000);
    await write(place, randomBytes(1000));
    await add(place.token);
    const signature = new URL(place.url).searchParams.get('X-Amz-Signature');
    expect(signature).toMatch(/^[0-9a-f]{64}$/);
    const metrics = await (await ask('/metrics')).text();
    const audit = await (await ask('/api/v1/audit')).text();
    for (const text of [server.log(), metrics, audit]) {
      expect(text).not.toMatch(/X-Amz-(?:Signature|Credential)/i);
      expect(text).not.toContain(signature);
      expect(text).not.toContain(place.token);
    }
    expect(server.log()).toContain('planPack');
    expect(server.log()).toContain('addPlannedPack');
  });

  test('a place that was planned by one server is good at another one', async () => {
    const other = await rig.serve();
    const place = await planned(1000);
    await write(place, randomBytes(1000));
    const path = new URL('/api/v1/projects/acme/mine/packs/planned', other.url);
    const headers = { authorization: `Bearer ${key}`, 'cairn-algorithm': 'blake3' };
    const body = JSON.stringify({ token: place.token });
    const asJson = { ...headers, 'content-type': 'application/json' };
    expect((await fetch(path, { method: 'POST', headers: asJson, body })).status).toBe(422);
    expect((await add(place.token)).status).toBe(404);
    await other.stop();
  });
}

/** What the store does of it, with the double of Cloud Storage that there is, which checks no signatures. */
async function toCloudStorage(): Promise<void> {
  const [gcs, postgres] = await Promise.all([startFakeGcsServer(), startPostgres()]);
  const pool = new Pool({ connectionString: postgres.url });
  try {
    const { name: bucket } = await makeGsBucket(gcs);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const credentials = {
      client_email: 'signer@test.iam.gserviceaccount.com',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
    const clientConfig = { apiEndpoint: gcs.endpoint, projectId: 'test', credentials };
    const objects = gsObjectStore({ bucket, prefix: 'team', clientConfig });
    const store = await openTeamStore({ pool, objects });
    const bytes = randomBytes(200 * 1024);
    const pack = await packOf(bytes);
    const plan = await store.planWrite?.(pack.length, { owner: 'acme' });
    if (plan === undefined) throw new Error('nothing is planned');
    const { url, method, headers } = plan.request;
    expect((await fetch(url, { method, headers, body: new Uint8Array(pack) })).ok).toBe(true);
    const adopted = await store.adoptWritten?.(plan.token, { owner: 'acme' });
    expect(adopted?.size).toBe(pack.length);
    const keys = (await collect(objects.list(''))).map(({ key }) => key.replace(/[0-9a-f]{32}/, 'name'));
    expect(keys).toEqual(['FORMAT', 'STORE', 'packs/name']);
    const digest = `blake3:${Buffer.from(adopted?.digests[0] ?? []).toString('hex')}` as const;
    expect(Buffer.compare(await readAll(store.blobs.open(digest)), bytes)).toBe(0);
    await store.close();
  } finally {
    await pool.end();
    await postgres.stop();
    await gcs.stop();
  }
}

/** A pack of one record. */
async function packOf(bytes: Uint8Array): Promise<Buffer> {
  const hasher = await loadHasher('blake3');
  const table = new PackTable();
  table.add(rawDigest(hasher.hash(bytes)), dataKind, bytes.length);
  return Buffer.concat([bytes, table.end(hasher)]);
}
