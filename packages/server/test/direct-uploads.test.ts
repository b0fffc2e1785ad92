import { CairnError } from '@cairn/core';
import { algorithmHeader, type PackPlan, type ServerInfo } from '@cairn/remote/protocol';
import { expect, test } from 'vitest';
import { createServer, type ServedStore, type ServerOptions } from '../src/index.js';
import { overBucket, packOf } from './examples.js';
import { type Ask, api, type Heard, openLab } from './lab.js';

/* Places for packs in the bucket behind a server's store: who is given one, and what comes of it. The store's own part is tested there. */

const lab = await openLab();
const mine = { entity: 'acme', project: 'bikes' };
const theirs = { entity: 'acme', project: 'secret' };
const [signature, token] = ['5ecre7', 'c4nary-token'];
const asked: { readonly bytes: number; readonly owner: string }[] = [];
const adopted: string[][] = [];
const writer = await lab.keyFor('writer', [{ ...mine, role: 'write' }]);
const reader = await lab.keyFor('reader', [{ ...mine, role: 'read' }]);
const stranger = await lab.keyFor('stranger', [{ entity: 'acme', project: 'cars', role: 'admin' }]);
await lab.store.access.blobsOf(theirs).basis();

const store: ServedStore = {
  ...overBucket(lab.store),
  async planWrite(bytes, { signal: _, ...options }) {
    asked.push({ bytes, ...options });
    const url = `https://bucket.example.com/incoming/a?X-Amz-Signature=${signature}`;
    return { request: { method: 'PUT', url, headers: { 'content-length': String(bytes) } }, token };
  },
  async adoptWritten(shown, options) {
    adopted.push([shown, options.owner]);
    return lab.store.adoptPack([await packOf('was written')], options);
  },
};

function serve(options: Partial<ServerOptions> = {}) {
  const log: Heard[] = [];
  const hear = (level: string) => (fields: object, message: string) =>
    void log.push({ level, fields, message });
  const logger = { info: hear('info'), warn: hear('warn'), error: hear('error') };
  const server = createServer({ store, logger, ...options });
  const ask = (path: string, { key, json }: Ask = {}) =>
    server.fetch(
      new Request(`http://127.0.0.1${path}`, {
        ...(json === undefined ? {} : { method: 'POST', body: JSON.stringify(json) }),
        headers: {
          'content-type': 'application/json',
          [algorithmHeader]: 'blake3',
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        },
      }),
    );
  return { ask, log };
}

const planAt = ({ entity, project } = mine) => `${api}/projects/${entity}/${project}/packs/plan`;
const addAt = ({ entity, project } = mine) => `${api}/projects/${entity}/${project}/packs/planned`;
const bytes = 5_000_000;

test('a place is given to who may write, for this project and this key', async () => {
  const answer = await serve().ask(planAt(), { key: writer, json: { bytes } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const { place } = (await answer.json()) as PackPlan;
  expect(place).toEqual({
    url: expect.stringContaining(signature),
    headers: { 'content-length': String(bytes) },
    token,
  });
  const owners: string[] = [];
  for (const [key, project] of [
    [writer, mine],
    [lab.root, mine],
    [lab.root, theirs],
  ] as const) {
    const { ask } = serve();
    await ask(planAt(project), { key, json: { bytes } });
    const owner = asked.at(-1)?.owner ?? '';
    expect((await ask(addAt(project), { key, json: { token } })).status).toBe(200);
    expect(adopted.at(-1)).toEqual([token, owner]);
    owners.push(owner);
  }
  expect(new Set(owners).size).toBe(3);
});

test('sign-01: who may not write there is given nothing, and learns nothing', async () => {
  const [planned, taken] = [asked.length, adopted.length];
  const { ask } = serve();
  const answers: string[] = [];
  for (const at of [planAt, addAt]) {
    const json = { bytes, token };
    expect((await ask(at(), { key: reader, json })).status).toBe(403);
    expect((await ask(at(), { json })).status).toBe(401);
    for (const project of [theirs, { entity: 'acme', project: 'absent' }]) {
      const answer = await ask(at(project), { key: stranger, json });
      expect(answer.status).toBe(404);
      answers.push((await answer.text()).replace(/"requestId":"[^"]*"/, '').replace(project.project, 'it'));
    }
  }
  expect(new Set(answers).size).toBe(1);
  expect([asked.length, adopted.length]).toEqual([planned, taken]);
});

test('sign-02: what is signed is named by no text of the client', async () => {
  const { ask } = serve();
  const before = asked.length;
  for (const wrong of [0, -1, 1.5, '5', null, 2 ** 60, {}, undefined]) {
    expect((await ask(planAt(), { key: writer, json: { bytes: wrong } })).status).toBe(400);
  }
  expect((await ask(planAt(), { key: writer, json: { bytes: 80 * 1024 * 1024 + 1 } })).status).toBe(413);
  for (const wrong of ['../../p2/x', 'a/b', '', 'a'.repeat(201), 7]) {
    expect((await ask(addAt(), { key: writer, json: { token: wrong } })).status).toBe(400);
  }
  expect(asked).toHaveLength(before);
  const json = { bytes, key: '../../p2/x', name: '../../p2/x', owner: 'ann' };
  expect((await ask(planAt(), { key: writer, json })).status).toBe(200);
  expect(JSON.stringify(asked.at(-1))).not.toMatch(/p2|ann/);
});

test('what was written is the project’s that it was written for', async () => {
  const [large, linked] = [await packOf('only mine'), { ...mine, project: 'bikes' }];
  const { ask } = serve({
    store: { ...store, adoptWritten: (_, options) => lab.store.adoptPack([large], options) },
  });
  const answer = await ask(addAt(), { key: writer, json: { token } });
  expect(await answer.json()).toEqual({ records: 1 });
  const digest = large.subarray(large.length - 48 - 40, large.length - 48 - 8);
  expect(await lab.store.access.linked(linked, [digest])).toEqual(Uint8Array.of(1));
  expect(await lab.store.access.linked(theirs, [digest])).toEqual(Uint8Array.of(0));
});

test('what is wrong with it is answered as if it had been sent', async () => {
  for (const [code, status] of [
    ['integrity_mismatch', 422],
    ['conflict', 409],
    ['not_found', 404],
    ['quota_exceeded', 413],
  ] as const) {
    const failure = new CairnError(code, 'it is wrong');
    const { ask } = serve({ store: { ...store, adoptWritten: () => Promise.reject(failure) } });
    const answer = await ask(addAt(), { key: writer, json: { token } });
    expect(answer.status, code).toBe(status);
    expect(await answer.json()).toMatchObject({ error: { code } });
  }
});

test('sign-06: neither signature nor token is in the log, the audit log, the metrics or an error', async () => {
  const { ask, log } = serve();
  expect((await ask(planAt(), { key: writer, json: { bytes } })).status).toBe(200);
  expect((await ask(addAt(), { key: writer, json: { token } })).status).toBe(200);
  const url = `https://bucket.example.com/incoming/a?X-Amz-Signature=${signature}`;
  const fail = async () => {
    throw new CairnError('unavailable', `can't ask ${url}`, { cause: new Error(`PUT ${url} failed`) });
  };
  const broken = serve({ store: { ...store, planWrite: fail, adoptWritten: fail } });
  const texts = [JSON.stringify(log)];
  for (const [at, json] of [
    [planAt(), { bytes }],
    [addAt(), { token }],
  ] as const) {
    const failed = await broken.ask(at, { key: writer, json });
    expect(failed.status).toBe(503);
    texts.push(await failed.text());
  }
  texts.push(JSON.stringify(broken.log));
  for (const path of ['/metrics', `${api}/audit`])
    texts.push(await (await ask(path, { key: lab.root })).text());
  for (const text of texts) {
    expect(text).not.toContain(signature);
    expect(text).not.toContain(token);
  }
  expect(log.length).toBeGreaterThan(1);
  expect(broken.log.some(({ level }) => level === 'error')).toBe(true);
});

test('it takes a place among the uploads', async () => {
  const [begun, held] = [latch(), latch()];
  const { ask } = serve({
    limits: { uploads: 1 },
    store: {
      ...store,
      async adoptWritten(_, options) {
        begun.open();
        await held.passed;
        return lab.store.adoptPack([await packOf('at last')], options);
      },
    },
  });
  const first = ask(addAt(), { key: writer, json: { token } });
  await begun.passed;
  const refused = await ask(planAt(), { key: writer, json: { bytes } });
  held.open();
  expect(refused.status).toBe(429);
  expect((await first).status).toBe(200);
  expect((await ask(planAt(), { key: writer, json: { bytes } })).status).toBe(200);
});

test('whether there are places is said by the server, and can be switched off', async () => {
  for (const [{ ask }, uploads] of [
    [serve(), true],
    [serve({ direct: { uploads: false } }), false],
    [serve({ store: lab.store }), false],
  ] as const) {
    const info = (await (await ask(`${api}/`)).json()) as ServerInfo;
    expect(info.direct?.uploads).toBe(uploads);
    const plan = (await (await ask(planAt(), { key: writer, json: { bytes } })).json()) as PackPlan;
    expect(plan.place !== undefined).toBe(uploads);
  }
  const { ask } = serve({ store: lab.store });
  expect((await ask(addAt(), { key: writer, json: { token } })).status).toBe(404);
});

/** Something to be waited for. */
function latch(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}
