import type { Catalog, CommitRequest, JsonObject } from '@cairn/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Place,
  pglitePlace,
  postgresPlace,
  postgresUrl,
  sqlitePlace,
  startLimitMs,
} from './catalogs.js';

/* Databases differ in what they do to a NUL and to half a character; nobody may notice. */

const ref = { entity: 'e', project: 'p', name: 'n' };
let count = 0;

function request(changes: Partial<CommitRequest>): CommitRequest {
  const digest = `blake3:${(++count).toString(16).padStart(64, '0')}` as const;
  return {
    ...ref,
    type: 't',
    digest,
    manifest: digest,
    entryCount: 0,
    size: 0,
    metadata: {},
    aliases: [],
    tags: [],
    ...changes,
  };
}

function keepsTexts(makePlace: () => Promise<Place>): void {
  let place: Place;
  let catalog: Catalog;
  beforeAll(async () => {
    place = await makePlace();
    catalog = await place.open();
  }, startLimitMs);
  afterAll(() => place.dispose());

  it('keeps every character of a description, of metadata, and of why a run failed', async () => {
    const text = 'NUL \0, quotes "\', a bike \u{1F6B2}, \\u0000, \u2028 and \uffff';
    const metadata: JsonObject = { [text]: text, list: [text, null] };
    await catalog.commitVersion(request({ description: text, metadata, aliases: ['texts'] }));
    const found = await catalog.findVersion(ref, { alias: 'texts' });
    expect([found?.description, found?.metadata]).toEqual([text, metadata]);
    await catalog.startRun({ entity: 'e', project: 'p', id: 'texts', name: text, config: metadata });
    await catalog.finishRun('texts', { state: 'failed', error: `${text}\ud800` });
    expect(await catalog.getRun('texts')).toMatchObject({
      name: text,
      config: metadata,
      error: `${text}\ud800`,
    });
  });

  it('finds nothing by a text that is only cut or mended to one that is there', async () => {
    await catalog.commitVersion(request({ aliases: ['best', 'ok\ufffd'] }));
    await catalog.startRun({ entity: 'e', project: 'p', id: 'cut', config: {} });
    for (const alias of ['best\0', 'best\0x', 'ok\ud800']) {
      expect(await catalog.findVersion(ref, { alias })).toBeUndefined();
    }
    expect(await catalog.findVersion({ ...ref, name: 'n\0' }, { alias: 'best' })).toBeUndefined();
    expect(await catalog.getRun('cut\0')).toBeUndefined();
    await catalog.heartbeat('cut\0');
  });

  it('looks for metadata beside, under and among texts with a NUL', async () => {
    const project = 'nul';
    for (const value of ['a\0b', 'a', 'b']) {
      await catalog.commitVersion(request({ project, metadata: { value, 'key\0': { other: 1 } } }));
    }
    const find = async (path: string[], operator: '=' | '>', value: string | number) => {
      const numbers: number[] = [];
      const where = [{ field: 'metadata' as const, path, operator, value }];
      for await (const { version } of catalog.listVersions({ project, where })) numbers.push(version);
      return numbers.sort();
    };
    expect(await find(['value'], '=', 'a\0b')).toEqual([0]);
    expect(await find(['value'], '=', 'a')).toEqual([1]);
    expect(await find(['value'], '>', 'a')).toEqual([0, 2]);
    expect(await find(['value'], '>', 'a\0b')).toEqual([2]);
    expect(await find(['key\0', 'other'], '=', 1)).toEqual([0, 1, 2]);
    const sorted: number[] = [];
    const sort = { field: 'metadata' as const, path: ['value'] };
    for await (const { version } of catalog.listVersions({ project, sort })) sorted.push(version);
    expect(sorted).toEqual([1, 0, 2]);
  });
}

describe('SQLite', () => keepsTexts(sqlitePlace));
describe('PostgreSQL in this process', () => keepsTexts(pglitePlace));
describe.skipIf(postgresUrl === undefined)('PostgreSQL', () =>
  keepsTexts(() => postgresPlace(postgresUrl ?? '')),
);
