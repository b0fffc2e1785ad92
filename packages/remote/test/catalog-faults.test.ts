import { expectCairnError } from '@cairn/conformance';
import type { CollectionRef, CommitRequest } from '@cairn/core';
import { collect } from '@cairn/testing';
import { describe, expect, test } from 'vitest';
import type { Fault } from './loopback-server.js';
import { connect, project } from './rig.js';

const collection: CollectionRef = { ...project, name: 'photos' };
const run = { ...project, id: 'run-1', config: { lr: 0.1 } };

function commitOf(letter: string, changes: Partial<CommitRequest> = {}): CommitRequest {
  const digest = `blake3:${letter.repeat(64)}` as const;
  const counts = { entryCount: 1, size: 1 };
  return {
    ...collection,
    ...counts,
    type: 'dataset',
    digest,
    manifest: digest,
    metadata: {},
    aliases: [],
    tags: [],
    ...changes,
  };
}

describe('when the answer to what was done is lost, repeating it is', () => {
  const lost: Fault = { kind: 'cut-answer', bytes: 10 };

  test('the run that was started', async () => {
    const { server, store } = await connect();
    server.order('startRun', lost);
    expect(await store.catalog.startRun(run)).toMatchObject({ id: 'run-1', state: 'running' });
  });

  test('but not a run of somebody else', async () => {
    const { server, store } = await connect();
    await server.catalog.startRun({ ...run, config: { lr: 0.2 } });
    server.order('startRun', { kind: 'answer', status: 503 });
    await expectCairnError(store.catalog.startRun(run), 'conflict');
    await expectCairnError(store.catalog.startRun({ ...run, config: { lr: 0.2 } }), 'conflict');
  });

  test('one version', async () => {
    const { server, store } = await connect();
    server.order('commitVersion', lost);
    const { version } = await store.catalog.commitVersion(commitOf('a', { aliases: ['best'] }));
    expect(version).toMatchObject({ version: 0, aliases: ['best', 'latest'] });
    expect((await collect(store.catalog.listVersions(collection))).length).toBe(1);
  });

  test('the patch, applied once', async () => {
    const { server, store } = await connect();
    const { version } = await store.catalog.commitVersion(commitOf('a'));
    server.order('updateVersion', lost);
    const patched = await store.catalog.updateVersion(version.id, {
      description: { from: undefined, to: 'new' },
      tags: { from: [], to: ['b', 'a'] },
      aliases: { revision: version.aliasRevision, add: ['best'], remove: [] },
    });
    expect(patched).toMatchObject({ description: 'new', tags: ['a', 'b'], aliases: ['best', 'latest'] });
  });

  test('but not the patch of somebody else', async () => {
    const { server, store } = await connect();
    const { version } = await store.catalog.commitVersion(commitOf('a'));
    await server.catalog.updateVersion(version.id, { description: { from: undefined, to: 'theirs' } });
    server.order('updateVersion', { kind: 'answer', status: 503 });
    const mine = store.catalog.updateVersion(version.id, { description: { from: undefined, to: 'mine' } });
    await expectCairnError(mine, 'conflict');
  });

  test('the version that is gone', async () => {
    const { server, store } = await connect();
    const { version } = await store.catalog.commitVersion(commitOf('a'));
    server.order('deleteVersion', { kind: 'silence' });
    const quick = await connect({ url: server.url, timeouts: { headersMs: 200 } });
    await quick.store.catalog.deleteVersion(version.id);
    expect(await store.catalog.findVersion(collection, { version: 0 })).toBeUndefined();
    await expectCairnError(quick.store.catalog.deleteVersion(version.id), 'not_found');
  });
});

describe('a list', () => {
  test('is asked for page by page, and no further than it is wanted', async () => {
    const { server, store } = await connect();
    for (let i = 0; i < 650; i++) await server.catalog.startRun({ ...run, id: `run-${i}` });
    const runs = store.catalog.listRuns(project)[Symbol.asyncIterator]();
    for (let i = 0; i < 300; i++) await runs.next();
    expect(server.requests.length).toBe(1);
    await server.catalog.startRun({ ...run, id: 'newer' });
    const ids: string[] = [];
    for (let next = await runs.next(); !next.done; next = await runs.next()) ids.push(next.value.id);
    expect(server.requests.length).toBe(3);
    expect(ids).toEqual(Array.from({ length: 350 }, (_, i) => `run-${349 - i}`));
  });

  test('goes on where a page was cut', async () => {
    const { server, store } = await connect();
    for (let i = 0; i < 650; i++) await server.catalog.startRun({ ...run, id: `run-${i}` });
    server.order('listRuns', { kind: 'cut-answer', bytes: 3000 }, 2);
    expect((await collect(store.catalog.listRuns(project))).length).toBe(650);
  });

  test('with a query that is too long for a URL is refused', async () => {
    const { server, store } = await connect();
    const where = [{ field: 'tag', value: 'x'.repeat(5000) }] as const;
    await expectCairnError(store.catalog.listVersions({ where }), 'name_invalid');
    expect(server.requests).toEqual([]);
  });
});

describe('what an address of something else answers', () => {
  const answers: [string, Fault][] = [
    ['404', { kind: 'answer', status: 404, body: '<h1>Not found</h1>' }],
    ['404 as JSON', { kind: 'answer', status: 404, body: '{"message":"Not Found"}' }],
    ['a page', { kind: 'answer', status: 200, body: '<!doctype html>' }],
    ['other JSON', { kind: 'answer', status: 200, body: '{"version":{}}' }],
    ['bytes that are no UTF-8', { kind: 'answer', status: 200, body: '\ud800' }],
    ['nothing', { kind: 'answer', status: 204 }],
  ];
  test.each(answers)('%s is no absence', async (_, fault) => {
    const { server, store } = await connect();
    server.order('findVersion', fault, 100);
    server.order('getRun', fault, 100);
    await expectCairnError(store.catalog.findVersion(collection, { alias: 'latest' }), 'unavailable');
    await expectCairnError(store.catalog.getRun('run-1'), 'unavailable');
  });
});

test('names and ids that could leave their place in the path lead nowhere', async () => {
  const { server, store } = await connect();
  for (const id of ['..', '.', '', '../../setup', 'a/b', 'a?b', 'a#b', '%2e%2e', 'a\nb']) {
    expect(await store.catalog.getRun(id)).toBeUndefined();
    expect(await store.catalog.findVersion({ ...collection, name: id }, { version: 0 })).toBeUndefined();
    await expectCairnError(store.catalog.deleteVersion(id), 'not_found');
  }
  for (const { url } of server.requests) expect(url).toMatch(/^\/api\/v1\/(?:runs|projects|versions)\//);
});

test('an error of the server says what it said, without what could steer a terminal', async () => {
  const { server, store } = await connect();
  const error = {
    code: 'forbidden',
    message: 'this \u001b[31mkey\u0007 may only read\u202e',
    hint: 'Ask an admin.',
    isRetryable: false,
    requestId: 'x',
  };
  server.order('getRun', { kind: 'answer', status: 403, body: JSON.stringify({ error }) });
  const failure = await expectCairnError(store.catalog.getRun('run-1'), 'forbidden');
  expect(failure.message).toBe('this [31mkey may only read\n  Ask an admin.');
  expect(failure.hint).toBe('Ask an admin.');
});
