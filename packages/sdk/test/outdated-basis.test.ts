import {
  type BlobStore,
  CairnError,
  type ContentDigest,
  loadHasher,
  outdatedBasis,
  type Store,
} from '@cairn/core';
import { memoryBlobStore, memoryCatalog } from '@cairn/core/memory';
import { beforeEach, expect, test } from 'vitest';
import { Artifact, withRun } from '../src/index.js';

// A store in which garbage collection comes between what is stored and its commit, as often as it is told.

let contents: Map<ContentDigest, Uint8Array>;
let commits: number;
let stored: number;

function storeWith(collect: () => void, times: number): Store {
  const inner = memoryBlobStore({ contents });
  const blobs: BlobStore = {
    ...inner,
    put(sources, options) {
      stored++;
      return inner.put(sources, options);
    },
  };
  const catalog = memoryCatalog();
  return {
    location: 'memory:',
    blobsOf: () => blobs,
    catalog: {
      ...catalog,
      async commitVersion(request, options) {
        if (++commits > times) return catalog.commitVersion(request, options);
        collect();
        throw outdatedBasis();
      },
    },
    async close() {},
  };
}

beforeEach(() => {
  contents = new Map();
  [commits, stored] = [0, 0];
});

function artifact(): Artifact {
  const made = new Artifact('files', { type: 'dataset' });
  void made.newFile('a.txt', 'contents');
  return made;
}

test('what garbage collection took before the commit is stored again', async () => {
  const gone = (await loadHasher()).hash(new TextEncoder().encode('contents'));
  const store = storeWith(() => contents.delete(gone), 1);
  await withRun({ store }, (run) => run.logArtifact(artifact()));
  expect(commits).toBe(2);
  expect(contents.has(gone)).toBe(true);
});

test('so is the manifest', async () => {
  const store = storeWith(() => contents.clear(), 3);
  await withRun({ store }, (run) => run.logArtifact(artifact()));
  expect([commits, contents.size]).toEqual([4, 3]);
});

test('nothing is stored again when all is there', async () => {
  await withRun({ store: storeWith(() => undefined, 0) }, (run) => run.logArtifact(artifact()));
  const once = stored;
  [commits, stored] = [0, 0];
  await withRun({ store: storeWith(() => undefined, 5) }, (run) => run.logArtifact(artifact()));
  expect([commits, stored]).toEqual([6, once]);
});

test('it ends when garbage is collected without end', async () => {
  const store = storeWith(() => contents.clear(), Number.POSITIVE_INFINITY);
  const error = await withRun({ store }, (run) => run.logArtifact(artifact())).catch(
    (reason: unknown) => reason,
  );
  expect(CairnError.is(error, 'conflict')).toBe(true);
});
