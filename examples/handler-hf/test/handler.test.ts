import { expectCairnError, testStorageHandler } from '@cairn/conformance';
import { type Observation, readAll } from '@cairn/core';
import { expect, test } from 'vitest';
import { hfHandler } from '../src/index.js';
import { startFakeHub } from './fake-hub.js';

const root = 'hf://datasets/cairn/tests/';
const pathOf = (uri: string) => uri.slice(root.length);

testStorageHandler('hf', async () => {
  const hub = await startFakeHub();
  return {
    handler: hfHandler({ endpoint: hub.endpoint, retries: { attempts: 1 } }),
    capabilities: ['versioned', 'contentDigest', 'private'],
    put: hub.commit,
    prefix: (path) => root + path,
    change: (uri, bytes) => void hub.commit(pathOf(uri), bytes),
    remove: (uri) => void hub.commit(pathOf(uri)),
    forbid: () => hub.be('forbidden'),
    breakListings: () => hub.be('cut'),
    cutBody: (uri) => hub.spoil(uri, { kind: 'short', bytes: 1000 }),
    corruptBody: (uri) => hub.spoil(uri, { kind: 'swap' }),
    disconnect: () => hub.close(),
    openConnections: () => hub.storage.unfinished,
    dispose: () => hub.close(),
  };
});

async function observe(handler: ReturnType<typeof hfHandler>, uri: string): Promise<Observation[]> {
  const found: Observation[] = [];
  for await (const observation of handler.observe(uri)) found.push(observation);
  return found;
}

test('records the commit, and sends the token to the Hub alone', async () => {
  const hub = await startFakeHub();
  const authorization = 'Bearer hf_secret';
  const handler = hfHandler({ endpoint: hub.endpoint, headers: { [hub.endpoint]: { authorization } } });
  hub.commit('train/a.bin', Buffer.from('large'));
  const [found, ...others] = await observe(handler, `${root}train`);
  expect(found).toMatchObject({
    kind: 'member',
    path: 'a.bin',
    uri: expect.stringMatching(/@0{39}1\/train\/a\.bin$/),
  });
  expect(others).toEqual([]);
  if (found !== undefined) await readAll(handler.open({ ...found, kind: 'reference' }));
  expect(hub.tokens).toEqual([authorization, authorization]);
  expect(hub.storage.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  expect(JSON.stringify(found)).not.toMatch(/secret|Signature/);
  await hub.close();
});

test('says that an answer without sense is one', async () => {
  const hub = await startFakeHub();
  hub.be('nonsense');
  await expectCairnError(observe(hfHandler({ endpoint: hub.endpoint }), root), 'unavailable');
  await hub.close();
});

test.each([
  'hf://owner',
  'hf://../owner/x',
  'hf://datasets/owner/../x',
  'hf://owner/repo/../../settings/tokens',
  'hf://owner/repo/a//b',
  'hf://owner/repo@../main/x',
  'hf://owner/repo@%2e%2e/x',
])('asks nobody for %s', async (uri) => {
  const hub = await startFakeHub();
  await expectCairnError(observe(hfHandler({ endpoint: hub.endpoint }), uri), 'uri_invalid');
  expect(hub.tokens).toEqual([]);
  await hub.close();
});
