import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import { type BlobStore, type ContentDigest, readAll, type Store } from '@cairn/core';
import { openAccount, openRemote } from '@cairn/remote';
import { s3ObjectStore } from '@cairn/s3';
import { Api, withRun } from '@cairn/sdk';
import { collect } from '@cairn/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TeamRig, type TeamServer, teamRig } from './support/team-rig.js';

/* Large blobs between a client and the bucket of a server: cairn serve, PostgreSQL, and VersityGW, which checks signatures. */

if (process.env.CAIRN_REQUIRE_SERVERS === '1') describe('downloads from the bucket of a server', direct);
else test('there are servers', (context) => context.skip('CAIRN_REQUIRE_SERVERS is not 1'));

interface Plan {
  readonly parts: readonly {
    readonly request?: { readonly url: string; readonly headers: Record<string, string> };
  }[];
}

const MiB = 1024 * 1024;
const size = 40 * MiB;

function direct(): void {
  const bytes = randomBytes(size);
  const project = { entity: 'acme', project: 'mine' };
  let rig: TeamRig;
  let server: TeamServer;
  let key: string;
  let folder: string;
  let client: Store;
  let blobs: BlobStore;
  let digest: ContentDigest;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cairn-direct-'));
    rig = await teamRig();
    server = await rig.serve(rig.line.endpoint);
    const account = openAccount({ url: server.url });
    const [, token = ''] = (server.setupUrl ?? '').split('#');
    key = (await account.setUp(token, { user: 'root' })).secret;
    await account.close();
    client = await openRemote({ url: server.url, apiKey: key, cacheDir: join(folder, 'cache') });
    blobs = client.blobsOf(project);
    const [put] = await collect(blobs.put([{ kind: 'bytes', bytes }]));
    digest = put?.digest as ContentDigest;
  }, 600_000);
  afterAll(async () => {
    await client.close();
    await rig.stop();
    rmSync(folder, { recursive: true });
  });

  async function ask(path: string): Promise<Response> {
    const answer = await fetch(new URL(path, server.url), { headers: { authorization: `Bearer ${key}` } });
    expect(answer.status).toBe(200);
    return answer;
  }

  /** How many bytes of blobs the server has sent. */
  async function sent(): Promise<number> {
    const text = await (await ask('/metrics')).text();
    return Number(/^cairn_sent_bytes_total (\d+)/m.exec(text)?.[1]);
  }

  async function planned() {
    const path = `/api/v1/projects/acme/mine/blobs/${digest}/plan`;
    const { parts } = (await (await ask(path)).json()) as Plan;
    const found = parts.find(({ request }) => request !== undefined)?.request;
    if (found === undefined) throw new Error('nothing is signed');
    return found;
  }

  test('hardly a byte of a large file goes through the server', async () => {
    const before = await sent();
    const path = join(folder, 'file');
    await collect(blobs.copyTo([{ digest, path }]));
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect((await sent()) - before).toBeLessThan(size / 10);
  });

  test('a version is downloaded, and read in part', async () => {
    const place = { store: server.url, apiKey: key, ...project, cacheDir: join(folder, 'cache-2') };
    await withRun(place, (run) => run.logArtifact(join(folder, 'file'), { name: 'large', type: 'dataset' }));
    const before = await sent();
    const version = await new Api(place).artifact('large');
    const root = await version.download({ root: join(folder, 'large') });
    expect(readFileSync(join(root, 'file')).equals(bytes)).toBe(true);
    const entry = await version.getPath('file');
    const range = { start: 5 * MiB + 1, end: 20 * MiB };
    const part = Buffer.from(await readAll(entry.open({ range })));
    expect(part.equals(bytes.subarray(range.start, range.end))).toBe(true);
    expect((await sent()) - before).toBeLessThan(size / 10);
  });

  test('what is signed is one range, for no one else and nothing else', async () => {
    const { url, headers } = await planned();
    expect((await fetch(url, { headers })).status).toBe(206);
    for (const range of ['bytes=0-', 'bytes=0-99999999', undefined]) {
      const answer = await fetch(url, range === undefined ? {} : { headers: { range } });
      expect(answer.status, range).toBe(403);
    }
    for (const method of ['PUT', 'DELETE', 'HEAD']) {
      expect((await fetch(url, { method, headers })).status, method).toBe(403);
    }
    expect((await fetch(url.replace('octet-stream', 'html'), { headers })).status).toBe(403);
    const seconds = Number(new URL(url).searchParams.get('X-Amz-Expires'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(300);
  });

  test('who may not read the blob gets no plan of it', async () => {
    const url = new URL(`/api/v1/projects/acme/theirs/blobs/${digest}/plan`, server.url);
    const answer = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
    expect(answer.status).toBe(404);
    expect((await fetch(new URL(url.pathname.replace('theirs', 'mine'), server.url))).status).toBe(401);
  });

  test('no signature is in a log, in the audit log or in the metrics', async () => {
    const signature = new URL((await planned()).url).searchParams.get('X-Amz-Signature');
    expect(signature).toMatch(/^[0-9a-f]{64}$/);
    const metrics = await (await ask('/metrics')).text();
    const audit = await (await ask('/api/v1/audit')).text();
    for (const text of [server.log(), metrics, audit]) {
      expect(text).not.toMatch(/X-Amz-(?:Signature|Credential)/i);
      expect(text).not.toContain(signature);
    }
    expect(server.log()).toContain('planBlob');
  });

  test('a bucket that goes away is taken up again when it is back', async () => {
    const retries = { attempts: 2 };
    const away = await openRemote({
      url: server.url,
      apiKey: key,
      cacheDir: join(folder, 'cache-3'),
      retries,
    });
    const path = join(folder, 'again');
    const copied = () => collect(away.blobsOf(project).copyTo([{ digest, path }]));
    rig.line.cut();
    try {
      await expectCairnError(copied(), 'unavailable', 'timeout');
    } finally {
      rig.line.mend();
    }
    expect(existsSync(path)).toBe(false);
    await copied();
    expect(readFileSync(path).equals(bytes)).toBe(true);
    await away.close();
  });

  test('what is damaged in the bucket is said by name, and leaves no file', async () => {
    const { endpoint, region, credentials } = rig.place;
    const objects = s3ObjectStore({
      bucket: rig.bucket,
      prefix: 'team',
      clientConfig: { endpoint, region, credentials },
    });
    for (const { key: pack } of await collect(objects.list('packs/'))) {
      const all = await readAll(objects.open(pack));
      all[3 * MiB] = (all[3 * MiB] ?? 0) ^ 1;
      await objects.put(pack, all);
    }
    const path = join(folder, 'damaged');
    const error = await expectCairnError(collect(blobs.copyTo([{ digest, path }])), 'integrity_mismatch');
    expect(error.message).toContain(digest);
    expect(error.message).not.toMatch(/amz|http/i);
    expect(existsSync(path)).toBe(false);
  });
}
