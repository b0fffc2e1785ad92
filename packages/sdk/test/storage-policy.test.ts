import { type ContentDigest, defaultStoragePolicy, type StoragePolicyFactory, type Store } from '@cairn/core';
import { memoryStore } from '@cairn/core/memory';
import { beforeEach, describe, expect, test } from 'vitest';
import { Api, Artifact, withRun } from '../src/index.js';
import { caught } from './support/caught.js';
import { contents } from './support/versions.js';

/** The bytes of all blobs, by digest. */
let blobs: Map<ContentDigest, Uint8Array>;
let store: Store;

beforeEach(() => {
  blobs = new Map();
  store = memoryStore({ contents: blobs });
});

/** Keeps every file in upper case, and gives it back in lower case. */
const shouting: StoragePolicyFactory = {
  name: 'test.shouting',
  create(context) {
    const inner = defaultStoragePolicy.create({ ...context, config: {} });
    return {
      ...inner,
      name: 'test.shouting',
      config: () => ({ volume: 11 }),
      async *storeFiles(files, options) {
        const loud = [];
        for await (const { path, source } of files) {
          if (source.kind === 'path') throw new Error('only bytes and streams here');
          const chunks = source.kind === 'bytes' ? new Blob([source.bytes as never]).stream() : source.open();
          const text = await new Response(chunks as never).text();
          loud.push({ path, source: { kind: 'bytes', bytes: Buffer.from(text.toUpperCase()) } as const });
        }
        yield* inner.storeFiles(loud, options);
      },
      async *openFile(entry, options) {
        for await (const chunk of inner.openFile(entry, options)) {
          yield Buffer.from(Buffer.from(chunk).toString().toLowerCase());
        }
      },
      async *storeReference(uri) {
        yield { kind: 'reference', path: 'echo', uri, digest: `uri:${uri}` };
      },
    };
  },
};

const texts = () => [...blobs.values()].map((bytes) => Buffer.from(bytes).toString());

async function draft(options: ConstructorParameters<typeof Artifact>[1] = {}): Promise<Artifact> {
  const artifact = new Artifact('a', options as never);
  await artifact.newFile('file', 'hello');
  return artifact;
}

describe('a storage policy', () => {
  test('of a run stores what is logged, and is found again by its name', async () => {
    await withRun({ store, storagePolicies: [shouting] }, async (run) => run.logArtifact(await draft()));
    expect(texts()).toContain('HELLO');
    const version = await new Api({ store, storagePolicies: [shouting] }).artifact('a');
    expect(await contents(version)).toEqual({ file: 'hello' });
  });

  test('that is not there is unsupported_format, by its name', async () => {
    await withRun({ store, storagePolicies: [shouting] }, async (run) => run.logArtifact(await draft()));
    const version = await new Api({ store }).artifact('a');
    const error = await caught(contents(version));
    expect(error.code).toBe('unsupported_format');
    expect(error.message).toContain('"test.shouting"');
  });

  test('of an artifact comes first, also for its references', async () => {
    const artifact = await draft({ storagePolicy: shouting });
    await artifact.addReference('any:thing');
    const version = await withRun({ store }, (run) => run.logArtifact(artifact));
    expect(texts()).toContain('HELLO');
    expect(texts().join()).toContain('"volume":11');
    expect(version.entryCount).toBe(2);
  });

  test('does not keep what another one stored, but stores it again', async () => {
    const first = await withRun({ store }, async (run) => run.logArtifact(await draft()));
    await withRun({ store, storagePolicies: [shouting] }, async (run) => {
      const second = await run.logArtifact(Artifact.from(first));
      expect(second.files).toEqual({ new: 1, reused: 0 });
      expect(await contents(second)).toEqual({ file: 'hello' });
    });
    expect(texts()).toContain('HELLO');
  });
});

describe('an entry that was kept of a version that is deleted, and whose bytes are gone', () => {
  test('makes no version', async () => {
    const first = await withRun({ store }, async (run) => run.logArtifact(await draft()));
    await first.delete({ deleteAliases: true });
    for (const [digest, bytes] of blobs) if (Buffer.from(bytes).toString() === 'hello') blobs.delete(digest);
    const next = Artifact.from(first);
    await next.newFile('other', 'x');
    await withRun({ store }, async (run) => {
      const error = await caught(run.logArtifact(next));
      expect(error.code).toBe('not_found');
      expect(error.message).toContain('"file" of local/default/a:v0');
      await next.newFile('file', 'hello', { overwrite: true });
      expect(await contents(await run.logArtifact(next))).toEqual({ file: 'hello', other: 'x' });
    });
  });
});
