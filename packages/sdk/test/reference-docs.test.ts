import { readFileSync, realpathSync } from 'node:fs';
import { memoryHandler } from '@cairn/core/memory';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Api, Artifact, init, useArtifact, type Version, withRun } from '../src/index.js';
import { caught } from './support/caught.js';
import { testFolder } from './support/folder.js';
import { all, contents } from './support/versions.js';

// The examples of the reference docs that this API follows, in their order, against a store in a folder.

const folder = testFolder();
const home = process.cwd();

beforeEach(() => {
  process.chdir(folder.path);
  folder.write({
    'bicycle-data.h5': 'bikes',
    'model.h5': 'm',
    'checkpoints/model.h5': 'c',
    'images/cat.png': 'cat',
    'images/dog.png': 'dog',
  });
});
afterEach(() => process.chdir(home));

test('initialise a run; create, add to and log an artifact; use and download it', async () => {
  const run = await init({ jobType: 'train' });
  const artifact = new Artifact('bike-dataset', { type: 'dataset' });
  await artifact.addFile('bicycle-data.h5');
  await run.logArtifact(artifact);

  const used = await run.useArtifact('bike-dataset:v0');
  const dir = await used.download();
  expect(dir).toBe(realpathSync(folder.join('artifacts/bike-dataset-v0')));
  expect(readFileSync(`${dir}/bicycle-data.h5`, 'utf8')).toBe('bikes');
  expect((await all(run.usedArtifacts())).map(String)).toEqual(['local/default/bike-dataset:v0']);
  await run.finish();
});

test('log in a loop, awaited or not: versions in the order of the loop', async () => {
  await withRun({}, async (run) => {
    for (let i = 0; i < 10; i++) {
      const a = new Artifact('race', { type: 'dataset', metadata: { index: i } });
      await a.newFile('n', String(i));
      const v = await run.logArtifact(a);
      expect([v.metadata.index, v.version]).toEqual([i, `v${i}`]);
    }
    const versions = Array.from({ length: 10 }, (_, i) => {
      const a = new Artifact('race', { type: 'dataset', metadata: { index: 10 + i } });
      void a.newFile('n', String(10 + i));
      return run.logArtifact(a);
    });
    for (const [i, v] of (await Promise.all(versions)).entries()) {
      expect([v.metadata.index, v.version]).toEqual([10 + i, `v${10 + i}`]);
    }
  });
});

test('use by project and entity', async () => {
  const log = (entity: string, project: string) =>
    withRun({ entity, project }, (run) => run.logArtifact('model.h5', { name: 'bike-model', type: 'model' }));
  await log('local', 'my-project');
  await log('my-entity', 'my-project');
  await withRun({}, async (run) => {
    expect(`${await run.useArtifact('my-project/bike-model:v0')}`).toBe('local/my-project/bike-model:v0');
    expect(`${await run.useArtifact('my-entity/my-project/bike-model:v0')}`).toBe(
      'my-entity/my-project/bike-model:v0',
    );
  });
});

test('use an artifact that is not logged yet, any number of times; custom aliases', async () => {
  await withRun({}, async (run) => {
    for (let i = 0; i < 3; i++) {
      const model = new Artifact('bike-model', { type: 'model' });
      await model.addFile('model.h5');
      expect(await run.useArtifact(model)).toMatchObject({ version: 'v0', created: i === 0 });
    }
    expect(await all(run.loggedArtifacts())).toEqual([]);
    expect(await all(run.usedArtifacts())).toHaveLength(1);

    const best = new Artifact('run-3nq3ctyy-bike-model', { type: 'model' });
    await best.addFile('model.h5');
    const version = await run.logArtifact(best, { aliases: ['latest', 'best-ap50'] });
    expect([...version.aliases].sort()).toEqual(['best-ap50', 'latest']);
    expect((await run.useArtifact('run-3nq3ctyy-bike-model:best-ap50')).id).toBe(version.id);
  });
});

test('building blocks: files, folders, new files, references', async () => {
  const handler = memoryHandler();
  for (const path of ['my-bucket/model.h5', 'my-bucket/images/cat.png'])
    handler.put(path, new Uint8Array([1]));
  await withRun({ handlers: [handler] }, async (run) => {
    const artifact = new Artifact('blocks');
    await artifact.addFile('model.h5');
    expect((await caught(artifact.addFile('checkpoints/model.h5'))).code).toBe('path_conflict');
    await artifact.addFile('model.h5', { name: 'models/mymodel.h5' });
    await artifact.addDir('images');
    await artifact.addDir('images', { name: 'images' });
    await artifact.newFile('hello.txt', 'hi');
    await artifact.newFile('written.txt', async (f) => {
      await f.write('contents');
    });
    await artifact.addReference('memory:my-bucket/model.h5', { name: 'ref.h5' });
    await artifact.addReference('memory:my-bucket/images', { name: 'refs' });
    await artifact.addReference('memory:unchecked', { checksum: false });
    const version = await run.logArtifact(artifact);
    expect(await contents(version)).toEqual({
      'cat.png': 'cat',
      'dog.png': 'dog',
      'hello.txt': 'hi',
      'images/cat.png': 'cat',
      'images/dog.png': 'dog',
      'model.h5': 'm',
      'models/mymodel.h5': 'm',
      'ref.h5': 'memory:my-bucket/model.h5',
      'refs/cat.png': 'memory:my-bucket/images/cat.png',
      unchecked: 'memory:unchecked',
      'written.txt': 'contents',
    });
  });
});

test('download to a folder, or a single path', async () => {
  await withRun({}, async (run) => {
    const used = await run.logArtifact('images', { name: 'pets' });
    const datadir = await used.download({ root: './data' });
    expect(readFileSync(`${datadir}/dog.png`, 'utf8')).toBe('dog');
    const entry = await used.getPath('cat.png');
    expect(readFileSync(await entry.download(), 'utf8')).toBe('cat');
    expect(entry.ref()).toBeUndefined();
  });
});

test('outside a run; update description, metadata and aliases', async () => {
  await withRun({ entity: 'entity', project: 'project' }, (run) =>
    run.logArtifact('model.h5', { name: 'artifact', aliases: ['alias'] }),
  );
  const api = new Api();
  await (await api.artifact('entity/project/artifact:alias')).download();

  const a = await api.artifact('entity/project/artifact:latest');
  a.description = 'My new description';
  a.metadata.oldKey = 'new value';
  a.metadata = { newKey: 'new value' };
  a.aliases.add('best');
  a.aliases.delete('latest');
  a.aliases = ['replaced'];
  await a.save();
  const again = await api.artifact('entity/project/artifact:replaced');
  expect(again).toMatchObject({ description: 'My new description', metadata: { newKey: 'new value' } });
  expect([...again.aliases]).toEqual(['replaced']);
});

test('the graph, from the imported useArtifact', async () => {
  await withRun({}, async (run) => {
    await run.useArtifact(await artifactOf('raw'));
    await run.logArtifact(await artifactOf('data'));
  });
  const run = await init();
  const data = await useArtifact('data:v0');
  const producer = await data.loggedBy();
  const inputs: Version[] = [];
  for await (const input of producer?.usedArtifacts() ?? []) inputs.push(input);
  expect(inputs.map(String)).toEqual(['local/default/raw:v0']);
  await run.finish();
});

async function artifactOf(name: string): Promise<Artifact> {
  const artifact = new Artifact(name);
  await artifact.newFile('file', name);
  return artifact;
}
