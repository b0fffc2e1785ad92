import { CairnError, type CommitRequest } from '@cairn/core';
import { collect } from '@cairn/testing';
import { describe, expect, test } from 'vitest';
import { connect, project } from './rig.js';

/* How often a server is asked again, after how long, and with what effect. */

const collection = { ...project, name: 'series' };

function commitOf(number: number): CommitRequest {
  const digest = `blake3:${number.toString(16).padStart(64, '0')}` as const;
  return {
    ...collection,
    type: 'dataset',
    digest,
    manifest: digest,
    entryCount: 1,
    size: 1,
    metadata: {},
    aliases: [],
    tags: [],
  };
}

describe.each(['getRun', 'commitVersion'] as const)('%s is asked', (route) => {
  async function ask(status: number, headers: Record<string, string> = {}) {
    const { server, store, slept } = await connect();
    server.order(route, { kind: 'answer', status, headers, body: 'no words of Cairn’s' }, 100);
    const call = route === 'getRun' ? store.catalog.getRun('run') : store.catalog.commitVersion(commitOf(0));
    const error = await Promise.resolve(call).catch((reason: unknown) => reason);
    expect(CairnError.is(error), `${status}: ${error}`).toBe(true);
    return { count: server.requests.filter((asked) => asked.route === route).length, slept };
  }

  test.each([400, 401, 402, 403, 404, 405, 406, 409, 410, 411, 412, 413, 414, 415, 422, 431, 451])(
    'once, where the answer is %i',
    async (status) => {
      expect(await ask(status)).toEqual({ count: 1, slept: [] });
    },
  );

  test.each([408, 425, 429, 500, 502, 503, 504])('again, up to a limit, where it is %i', async (status) => {
    const { count, slept } = await ask(status);
    // One that never answered may have a wrong address.
    expect([6, 12]).toContain(count);
    expect(slept).toHaveLength(count - 1);
    // Twice as long each time, up to a bound; how much of that is chance.
    expect(slept.every((ms, i) => ms <= Math.min(20_000, 200 * 2 ** i))).toBe(true);
  });

  test.each([
    ['9', 9000],
    ['Wed, 01 Jan 2020 00:00:09 GMT', 9000],
    ['Tue, 31 Dec 2019 23:59:00 GMT', 0],
    ['soon', 0],
    ['-5', 0],
  ])('not before the time that Retry-After says: %s', async (told, least) => {
    // By the clock of whoever says it.
    const { slept } = await ask(503, { 'retry-after': told, date: 'Wed, 01 Jan 2020 00:00:00 GMT' });
    expect(slept[0]).toBeGreaterThanOrEqual(least);
    expect(slept[0]).toBeLessThanOrEqual(least + 200);
  });
});

test('whatever answers are lost, everything is done once', async () => {
  const count = process.env.CAIRN_TEST_FULL === '1' ? 1000 : 100;
  const { server, store } = await connect();
  for (let i = 0; i < count; i++) {
    server.order('commitVersion', { kind: 'cut-answer', bytes: i % 300 });
    const { version } = await store.catalog.commitVersion(commitOf(i));
    expect(version.version).toBe(i);
  }
  const versions = await collect(store.catalog.listVersions({ ...collection, sort: { field: 'version' } }));
  expect(versions.map(({ version }) => version)).toEqual(Array.from({ length: count }, (_, i) => i));
});
