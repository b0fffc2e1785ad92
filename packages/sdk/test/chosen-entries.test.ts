import { rmSync, writeFileSync } from 'node:fs';
import type { Store } from '@cairn/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { Artifact, type Version } from '../src/index.js';
import { caught } from './support/caught.js';
import { testFolder } from './support/folder.js';
import { memoryStoreWithFiles } from './support/memory-store.js';
import { log } from './support/versions.js';

const folder = testFolder();
let store: Store;
let version: Version;

beforeEach(async () => {
  store = memoryStoreWithFiles();
  const artifact = new Artifact('a');
  for (const path of ['a.txt', 'b.png', 'in/c.txt', 'in/d.png']) await artifact.newFile(path, path);
  version = await log(store, artifact);
});

describe('include', () => {
  test('has a download make only what matches', async () => {
    const root = folder.join('some');
    await version.download({ root, include: ['*.txt', 'in/*.png'] });
    const { ok, missing } = await version.verify(root);
    expect({ ok, missing }).toEqual({ ok: ['a.txt', 'in/d.png'], missing: ['b.png', 'in/c.txt'] });
  });

  test('narrows what a path chooses, and what exact keeps', async () => {
    const root = folder.join('exact');
    await version.download({ root });
    await version.download({ root, path: 'in', include: ['**/*.txt'], exact: true });
    expect((await version.verify(root)).ok).toEqual(['a.txt', 'b.png', 'in/c.txt']);
  });

  test('that matches nothing is not found, and makes no folder', async () => {
    const root = folder.join('none');
    expect(await caught(version.download({ root, include: ['*.jpg'] }))).toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('"*.jpg"'),
    });
    expect(await caught(version.verify(root, { include: ['*.jpg'] }))).toMatchObject({ code: 'not_found' });
  });

  test('has a comparison look only at what matches', async () => {
    const root = folder.join('compared');
    await version.download({ root });
    writeFileSync(`${root}/b.png`, 'other');
    rmSync(`${root}/in/c.txt`);
    const report = await version.verify(root, { include: ['*.png', 'in/*'] });
    expect(report).toEqual({
      ...{ ok: ['in/d.png'], changed: ['b.png'], missing: ['in/c.txt'], unverified: [] },
      stranger: ['a.txt'],
    });
  });
});

describe('added', () => {
  test('says what a draft would hold, in order, and leaves it open', async () => {
    folder.write({ 'files/z.txt': 'zz', 'files/y/x.txt': 'x' });
    const draft = new Artifact('b');
    await draft.newFile('late', 'four');
    await draft.addDir(folder.join('files'));
    await draft.addReference('memory:nowhere', { checksum: false, name: 'ref' });
    const added = async () => {
      const found: object[] = [];
      for await (const entry of draft.added()) found.push(entry);
      return found;
    };
    expect(await added()).toEqual([
      { path: 'late', size: 4 },
      { path: 'ref', size: undefined },
      { path: 'y/x.txt', size: 1 },
      { path: 'z.txt', size: 2 },
    ]);
    await draft.remove('late');
    await draft.remove('ref');
    expect(await added()).toHaveLength(2);
    expect((await log(store, draft)).entryCount).toBe(2);
  });
});
