import type { Store } from '@cairn/core';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Api, Artifact, withRun } from '../src/index.js';
import { caught } from './support/caught.js';
import { memoryStoreWithFiles } from './support/memory-store.js';
import { all } from './support/versions.js';

let store: Store;
let api: Api;

beforeEach(async () => {
  store = memoryStoreWithFiles();
  api = new Api({ store });
  await withRun({ store, name: 'first', jobType: 'train' }, async (run) => {
    for (const [i, map50] of [0.5, 0.9, 0.7].entries()) {
      const model = new Artifact('bike-model', { type: 'model', metadata: { map50 } });
      await model.newFile('m', String(i));
      await run.logArtifact(model, i === 1 ? { aliases: ['best'], tags: ['old'] } : {});
    }
    const data = new Artifact('bike-data', { type: 'dataset' });
    await data.newFile('d', 'd');
    await run.logArtifact(data);
  });
  await withRun({ store, project: 'other' }, (run) => run.logArtifact(new Artifact('elsewhere')));
});

const list = async (...options: Parameters<Api['artifacts']>) =>
  (await all(api.artifacts(...options))).map(({ name, version }) => `${name}:${version}`);

describe('artifacts', () => {
  test('are all versions of the project, newest first', async () => {
    expect(await list()).toEqual(['bike-data:v0', 'bike-model:v2', 'bike-model:v1', 'bike-model:v0']);
    expect(await list({ project: 'other' })).toEqual(['elsewhere:v0']);
    expect(await list({ limit: 2 })).toHaveLength(2);
  });

  test('are found by name, type and conditions, as values or as text', async () => {
    const expected = ['bike-model:v1', 'bike-model:v2'];
    expect(await list({ where: 'type:model metadata.map50>=0.7 sort:-metadata.map50' })).toEqual(expected);
    const where = [{ field: 'metadata', path: ['map50'], operator: '>=', value: 0.7 }] as const;
    expect(await list({ type: 'model', where, sort: '-metadata.map50' })).toEqual(expected);
    expect(await list({ name: 'bike-model', where: 'alias:best' })).toEqual(['bike-model:v1']);
    expect(await list({ where: 'name:bike-model -tag:old sort:version' })).toEqual([
      'bike-model:v0',
      'bike-model:v2',
    ]);
    expect(await list({ where: 'name:bike-model sort:version', sort: '-version', limit: 1 })).toEqual([
      'bike-model:v2',
    ]);
    const [run] = await all(api.runs());
    expect(await list({ where: `loggedBy:run/${run?.id} type:dataset` })).toEqual(['bike-data:v0']);
  });

  test('a query that can’t be read is name_invalid', async () => {
    expect((await caught(() => list({ where: 'colour:red' }))).code).toBe('name_invalid');
    expect((await caught(() => list({ sort: 'colour' }))).code).toBe('name_invalid');
  });

  test('two names or types that can’t both hold find nothing', async () => {
    expect(await list({ type: 'dataset', where: 'type:model' })).toEqual([]);
    expect(await list({ name: 'bike-data', where: 'name:bike-model' })).toEqual([]);
  });
});

test('collections are listed by name', async () => {
  expect(await all(api.collections())).toMatchObject([
    { name: 'bike-data', type: 'dataset', versionCount: 1, latest: 0 },
    { name: 'bike-model', type: 'model', versionCount: 3, latest: 2 },
  ]);
  expect(await all(api.collections({ type: 'model' }))).toHaveLength(1);
});

test('runs are listed, newest first, and found by their id', async () => {
  const [run] = await all(api.runs({ jobType: 'train' }));
  expect(run).toMatchObject({ name: 'first', state: 'finished' });
  expect(await all(api.runs({ jobType: 'evaluate' }))).toEqual([]);
  expect(await api.run(run?.id ?? '')).toMatchObject({ name: 'first' });
  expect((await caught(api.run('nobody'))).code).toBe('not_found');
});

describe('a reference', () => {
  test('in every form', async () => {
    const latest = await api.artifact('bike-model');
    for (const ref of [
      'bike-model:latest',
      'bike-model:v2',
      'default/bike-model',
      'local/default/bike-model:v2',
      `bike-model@${latest.digest}`,
    ]) {
      expect((await api.artifact(ref)).id).toBe(latest.id);
    }
    expect(`${await api.artifact('bike-model:best')}`).toBe('local/default/bike-model:v1');
  });

  test.each([
    [
      'bike-modle:best',
      /no artifact "bike-modle:best" in local\/default/,
      /"bike-model" \(3 versions, latest → v2\)/,
    ],
    ['bike-model:bset', /"bike-model:bset"/, /alias "best"/],
    ['bike-model:v9', /"bike-model:v9"/, /3 versions, latest → v2/],
    ['something', /"something"/, /"bike-data" or "bike-model"/],
    ['nowhere/x', /in local\/nowhere/, /no artifacts/],
  ])('%s is not_found, with what may have been meant', async (ref, message, hint) => {
    const error = await caught(api.artifact(ref));
    expect(error).toMatchObject({ code: 'not_found', message: expect.stringMatching(message) });
    expect(error.hint).toMatch(hint);
  });

  test.each([
    ['a/b/c/d', 'name_invalid'],
    ['a b', 'name_invalid'],
    ['a:', 'alias_invalid'],
    ['a@md5:x', 'name_invalid'],
  ])('%s is %s', async (ref, code) => {
    expect((await caught(api.artifact(ref))).code).toBe(code);
  });

  test('asserts the type', async () => {
    expect((await api.artifact('bike-model', { type: 'model' })).type).toBe('model');
    const error = await caught(api.artifact('bike-model', { type: 'dataset' }));
    expect(error.code).toBe('type_mismatch');
    expect(error.message).toMatch(/"model".*"dataset"/);
  });

  test('leaves no edge', async () => {
    expect(await all((await api.artifact('bike-data')).usedBy())).toEqual([]);
  });
});

test('the project is that of the environment, or the one given', async () => {
  vi.stubEnv('CAIRN_PROJECT', 'other');
  expect((await new Api({ store }).artifact('elsewhere')).project).toBe('other');
  vi.unstubAllEnvs();
  expect((await new Api({ store, project: 'other' }).artifact('elsewhere')).project).toBe('other');
});
