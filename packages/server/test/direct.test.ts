import { randomBytes } from 'node:crypto';
import { CairnError, type ContentDigest } from '@cairn/core';
import type { BlobPlan, ServerInfo } from '@cairn/remote/protocol';
import { expect, test } from 'vitest';
import { createServer, type ServedStore, type ServerOptions } from '../src/index.js';
import { api, type Heard, openLab } from './lab.js';

/* What a server tells of the bucket behind its store: to whom, and nothing elsewhere. The store's own plans are tested there. */

const lab = await openLab();
const mine = { entity: 'acme', project: 'bikes' };
const theirs = { entity: 'acme', project: 'secret' };
const url = 'https://bucket.example.com/packs/a?X-Amz-Signature=5ecre7';
const rows = randomBytes(36);
const asked: { digest: string; at: number | undefined }[] = [];
const planRead: NonNullable<ServedStore['planRead']> = async (digest, { at } = {}) => {
  asked.push({ digest: Buffer.from(digest).toString('hex'), at });
  const request = { method: 'GET', url, headers: { range: 'bytes=5-9' } } as const;
  return {
    parts: [
      { start: 0, end: 5, direct: { request, rows } },
      { start: 5, end: 9 },
    ],
  };
};

async function put(project: typeof mine): Promise<ContentDigest> {
  const sources = [{ kind: 'bytes', bytes: randomBytes(1000) }] as const;
  const digests: ContentDigest[] = [];
  for await (const { digest } of lab.store.access.blobsOf(project).put(sources)) digests.push(digest);
  return digests[0] as ContentDigest;
}

function serve(options: Partial<ServerOptions> = {}) {
  const log: Heard[] = [];
  const hear = (level: string) => (fields: object, message: string) =>
    void log.push({ level, fields, message });
  const logger = { info: hear('info'), warn: hear('warn'), error: hear('error') };
  const server = createServer({ store: { ...lab.store, planRead }, logger, ...options });
  const ask = (path: string, key?: string) =>
    server.fetch(
      new Request(
        `http://127.0.0.1${path}`,
        key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } },
      ),
    );
  return { ask, log };
}

const pathOf = (digest: string, { entity, project } = mine) =>
  `${api}/projects/${entity}/${project}/blobs/${digest}/plan`;

test('a plan is told to who may read the blob', async () => {
  const digest = await put(mine);
  const reader = await lab.keyFor('reader', [{ ...mine, role: 'read' }]);
  const answer = await serve().ask(`${pathOf(digest)}?at=7`, reader);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const request = { url, headers: { range: 'bytes=5-9' }, rows: rows.toString('base64') };
  expect(await answer.json()).toEqual({
    parts: [
      { start: 0, end: 5, request },
      { start: 5, end: 9 },
    ],
  } satisfies BlobPlan);
  expect(asked.at(-1)).toEqual({ digest: digest.slice('blake3:'.length), at: 7 });
});

test('sign-01: nothing is planned of what one may not read, whichever project is asked', async () => {
  const digest = await put(theirs);
  const reader = await lab.keyFor('other', [{ ...mine, role: 'admin' }]);
  const before = asked.length;
  const { ask } = serve();
  const refusals = [
    await ask(pathOf(digest), reader),
    await ask(pathOf(digest, theirs), reader),
    await ask(pathOf(`blake3:${'0'.repeat(64)}`), reader),
  ];
  for (const { status } of refusals) expect(status).toBe(404);
  expect((await ask(pathOf(digest, theirs))).status).toBe(401);
  expect(asked).toHaveLength(before);
});

test('sign-02: what is signed is named by a digest, and by no text of the client', async () => {
  const before = asked.length;
  const { ask } = serve();
  for (const name of ['..%2F..%2Fp2%2Fx', 'packs%2Fa', 'blake3:..', `blake3:${'A'.repeat(64)}`]) {
    expect((await ask(pathOf(name), lab.root)).status, name).toBe(400);
  }
  const digest = await put(mine);
  for (const at of ['-1', '1.5', '0x10', '1e3', '9'.repeat(16), '']) {
    expect((await ask(`${pathOf(digest)}?at=${at}`, lab.root)).status, at).toBe(400);
  }
  expect(asked).toHaveLength(before);
});

test('sign-06: no signature is in the log, the metrics or an error', async () => {
  const digest = await put(mine);
  const { ask, log } = serve();
  expect((await ask(pathOf(digest), lab.root)).status).toBe(200);
  const broken = serve({
    store: {
      ...lab.store,
      planRead: async () => {
        throw new CairnError('unavailable', `can't ask ${url}`, { cause: new Error(`GET ${url} failed`) });
      },
    },
  });
  const failed = await broken.ask(pathOf(digest), lab.root);
  expect(failed.status).toBe(503);
  const metrics = await (await ask('/metrics', lab.root)).text();
  for (const text of [JSON.stringify(log), JSON.stringify(broken.log), await failed.text(), metrics]) {
    expect(text).not.toContain('5ecre7');
  }
  expect(log).not.toHaveLength(0);
  expect(broken.log.some(({ level }) => level === 'error')).toBe(true);
});

test('whether there are plans is said by the server, and can be switched off', async () => {
  const digest = await put(mine);
  const off = serve({ direct: { downloads: false } });
  const without = serve({ store: lab.store });
  for (const [{ ask }, downloads] of [
    [serve(), true],
    [off, false],
    [without, false],
  ] as const) {
    const info = (await (await ask(`${api}/`)).json()) as ServerInfo;
    expect(info.direct).toEqual({ downloads, uploads: false });
    const plan = (await (await ask(pathOf(digest), lab.root)).json()) as BlobPlan;
    expect(plan.parts).toHaveLength(downloads ? 2 : 0);
  }
});
