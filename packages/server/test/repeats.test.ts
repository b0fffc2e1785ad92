import { loadHasher } from '@cairn/core';
import { algorithmHeader } from '@cairn/remote/protocol';
import { expect, test } from 'vitest';
import { packOf } from './examples.js';
import { api, openLab, storeArtifact } from './lab.js';

/* What is sent in parts, twice at once, or again much later. */

const lab = await openLab();
const mine = { entity: 'acme', project: 'bikes' };
const base = `${api}/projects/acme/bikes`;
const key = await lab.keyFor('ann', [{ ...mine, role: 'write' }]);
const hasher = await loadHasher('blake3');

const send = (bytes: Uint8Array, more: Readonly<Record<string, string>> = {}) =>
  lab.ask(`${base}/packs`, { method: 'POST', key, bytes, headers: { [algorithmHeader]: 'blake3', ...more } });
const digestOf = (text: string) => hasher.hash(Buffer.from(text));
const get = (text: string) => lab.ask(`${base}/blobs/${digestOf(text)}`, { key });

test('blob-11: a pack is taken whole, and no part of it for more than it is', async () => {
  const [first, second] = ['a'.repeat(1000), 'b'.repeat(1000)];
  const pack = await packOf(first, second);
  const rest = { 'content-range': `bytes 1000-${pack.length - 1}/${pack.length}` };
  for (const part of [pack.subarray(1000), pack.subarray(500), pack.subarray(0, 1000)]) {
    expect((await send(part, rest)).status).toBe(422);
  }
  for (const text of [first, second]) expect((await get(text)).status).toBe(404);
  expect((await send(pack)).status).toBe(200);
  expect(await (await get(second)).text()).toBe(second);
});

test('blob-12: of the same pack sent by many at once, nothing is stored twice or mixed up', async () => {
  for (let round = 0; round < 20; round++) {
    const texts = [`one ${round}`, `two ${round}`];
    const pack = await packOf(...texts);
    const answers = await Promise.all(Array.from({ length: 4 }, () => send(pack)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    for (const text of texts) expect(await (await get(text)).text()).toBe(text);
  }
  expect((await lab.store.verify()).problems).toEqual([]);
});

test('auth-17: what was sent once does nothing a day later, when its key has ended', async () => {
  const day = 86_400_000;
  const expiresAt = new Date(Date.now() + day / 2).toISOString();
  const passing = await lab.keyFor('tom', [{ ...mine, role: 'write' }], expiresAt);
  const json = await storeArtifact(lab.store, mine, 'photos', { 'a.txt': 'once' });
  const again = () => lab.ask(`${base}/versions`, { method: 'POST', key: passing, json });
  expect((await again()).status).toBe(201);
  lab.pass(day);
  expect((await again()).status).toBe(401);
});

test('a key that is there twice in JSON is refused, wherever it is', async () => {
  const json = JSON.stringify(await storeArtifact(lab.store, mine, 'twice', { 'a.txt': 'a' }));
  for (const text of [
    json.replace('{', '{"name":"other",'),
    json.replace('"metadata":{}', '"metadata":{"a":1,"a":2}'),
  ]) {
    const answer = await lab.ask(`${base}/versions`, { method: 'POST', key: lab.root, text });
    expect(answer.status, await answer.text()).toBe(422);
  }
});
