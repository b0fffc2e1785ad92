import { rmSync } from 'node:fs';
import { memoryHandler } from '@cairn/core/memory';
import { expect, test } from 'vitest';
import { Artifact, init } from '../src/index.js';
import { testFolder } from './support/folder.js';

const folder = testFolder();
const utf8 = (text: string) => new TextEncoder().encode(text);

test('says which references still hold, changed, vanished, or can not be verified', async () => {
  folder.write({ 'data/same.txt': 'same', 'data/changed.txt': 'before', 'data/gone.txt': 'gone' });
  const memory = memoryHandler();
  memory.put('a.bin', utf8('in memory'));
  const run = await init({ store: folder.join('store'), handlers: [memory] });
  const artifact = new Artifact('references', { type: 'dataset', handlers: [memory] });
  await artifact.addReference(folder.join('data'), { name: 'files' });
  await artifact.addReference('memory:a.bin');
  await artifact.addReference('gopher://example.org/1', { name: 'unknown' });
  await artifact.addReference(folder.join('data/same.txt'), { name: 'unchecked', checksum: false });
  await artifact.newFile('stored.txt', 'not a reference');
  const version = await run.logArtifact(artifact);
  const all = ['a.bin', 'files/changed.txt', 'files/gone.txt', 'files/same.txt'];
  expect(await version.checkReferences()).toMatchObject({ ok: all, changed: [], missing: [] });

  folder.write({ 'data/changed.txt': 'after!' });
  rmSync(folder.join('data/gone.txt'));
  memory.delete('a.bin');
  const report = await version.checkReferences();
  expect(report).toMatchObject({
    ok: ['files/same.txt'],
    changed: ['files/changed.txt'],
    missing: ['a.bin', 'files/gone.txt'],
  });
  expect(report.unverified.map(({ path }) => path)).toEqual(['unchecked', 'unknown']);
  expect(report.unverified.map(({ reason }) => reason).join()).toContain('no handler for "gopher:"');
  await run.finish();
});

test('asks about each of many, and tells of them in their order', async () => {
  const memory = memoryHandler();
  for (let i = 0; i < 2300; i++) memory.put(`all/${i}`, utf8(`${i}`));
  const run = await init({ store: folder.join('store'), handlers: [memory] });
  const version = await run.logArtifact('memory:all', { name: 'many' });
  for (let i = 0; i < 2300; i += 100) memory.delete(`all/${i}`);
  const { ok, missing } = await version.checkReferences();
  expect([ok.length, missing.length]).toEqual([2277, 23]);
  for (const paths of [ok, missing]) expect(paths).toEqual([...paths].sort());
  await run.finish();
});

test('an abort ends it with its reason', async () => {
  const run = await init({ store: folder.join('store') });
  folder.write({ 'a.txt': 'a' });
  const artifact = new Artifact('references');
  await artifact.addReference(folder.join('a.txt'));
  const version = await run.logArtifact(artifact);
  const reason = new Error('enough');
  await expect(version.checkReferences({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  await run.finish();
});
