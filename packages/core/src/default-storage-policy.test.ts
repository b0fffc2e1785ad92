import { describe, expect, test } from 'vitest';
import { createBlobs } from '../test/blobs.js';
import { failure } from '../test/failure.js';
import { collect, file, reference } from '../test/manifests.js';
import { concatBytes } from './bytes.js';
import { defaultMaxObjects, defaultStoragePolicy } from './default-storage-policy.js';
import type { ContentDigest } from './digest.js';
import { createHandlerRegistry } from './handler-registry.js';
import { memoryBlobStore } from './memory/index.js';
import type { BlobStore } from './seams/blob-store.js';
import type { Observation, ObserveOptions, StorageHandler } from './seams/storage-handler.js';
import type { StoragePolicy } from './seams/storage-policy.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (chunks: readonly Uint8Array[]) => new TextDecoder().decode(concatBytes(chunks));

function policyOver(blobs: BlobStore, ...handlers: StorageHandler[]): StoragePolicy {
  return defaultStoragePolicy.create({ blobs, handlers: createHandlerRegistry(handlers), config: {} });
}

/** A handler of `toy:` that gives the observations it is made with. */
function toy(observations: readonly Partial<Observation>[], seen: ObserveOptions[] = []): StorageHandler {
  return {
    specVersion: 1,
    name: 'toy',
    schemes: ['toy'],
    async *observe(uri, options = {}) {
      seen.push(options);
      for (const part of observations) {
        yield { kind: 'member', path: 'x', uri: `${uri}/${part.path}`, digest: 'etag:"1"', ...part };
      }
    },
    async *open({ uri, extra }, { range } = {}) {
      yield bytes(`${uri} at ${extra?.versionId}`.slice(range?.start, range?.end));
    },
  };
}

test('it has a name, no config, and refuses one it does not know', () => {
  const context = { blobs: createBlobs(), handlers: createHandlerRegistry([]) };
  const policy = defaultStoragePolicy.create({ ...context, config: {} });
  expect([policy.name, policy.config()]).toEqual([defaultStoragePolicy.name, {}]);
  expect(() => defaultStoragePolicy.create({ ...context, config: { layout: 2 } })).toThrow(
    failure('unsupported_format', 'cairn.default'),
  );
});

describe('files', () => {
  const sources = ['one', 'two', 'one'].map((content, i) => ({
    path: `file-${i}`,
    source: { kind: 'bytes', bytes: bytes(content) } as const,
  }));

  test('are stored, each under its path, and known again', async () => {
    const policy = policyOver(memoryBlobStore());
    const stored = await collect(policy.storeFiles(sources));
    expect(stored.map(({ entry, created }) => [entry.kind, entry.path, entry.size, created])).toEqual([
      ['file', 'file-0', 3, true],
      ['file', 'file-1', 3, true],
      ['file', 'file-2', 3, false],
    ]);
    expect(stored[0]?.entry.digest).toBe(stored[2]?.entry.digest);
    const opened = await collect(policy.openFile(stored[1]?.entry ?? file('x')));
    expect(text(opened)).toBe('two');
  });

  test('keep their paths when the store answers in another order', async () => {
    const memory = memoryBlobStore();
    const backwards: BlobStore = {
      ...memory,
      async *put(given, options) {
        yield* (await collect(memory.put(given, options))).reverse();
      },
    };
    const stored = await collect(policyOver(backwards).storeFiles(sources));
    const straight = await collect(policyOver(memoryBlobStore()).storeFiles(sources));
    const byPath = (results: typeof stored) =>
      new Map(results.map(({ entry }) => [entry.path, entry.digest] as const));
    expect(byPath(stored)).toEqual(byPath(straight));
  });

  test('are refused for a path that is none, before anything of them is stored', async () => {
    const contents = new Map<ContentDigest, Uint8Array>();
    const policy = policyOver(memoryBlobStore({ contents }));
    const bad = [{ path: '../x', source: { kind: 'bytes', bytes: bytes('x') } as const }];
    await expect(collect(policy.storeFiles(bad))).rejects.toThrow(failure('path_invalid'));
    expect(contents.size).toBe(0);
  });

  test('are made into local files, each of its own entry', async () => {
    const written = new Map<string, string>();
    const policy = policyOver(
      memoryBlobStore({ writeFile: async (path, content) => !!written.set(path, text([content])) }),
    );
    const stored = await collect(policy.storeFiles(sources));
    const loaded = await collect(
      policy.loadFiles(stored.map(({ entry }) => ({ entry, to: `/downloads/${entry.path}` }))),
    );
    expect(loaded.map(({ entry, written }) => [entry.path, written])).toEqual([
      ['file-0', true],
      ['file-1', true],
      ['file-2', true],
    ]);
    expect([...written]).toEqual([
      ['/downloads/file-0', 'one'],
      ['/downloads/file-1', 'two'],
      ['/downloads/file-2', 'one'],
    ]);
  });

  test('a store that answers for what it was not given is a mistake of its programmer', async () => {
    const blobs = createBlobs();
    const confused: BlobStore = {
      ...blobs,
      async *put() {
        yield { index: 7, digest: file('x').digest, size: 0, created: true };
      },
    };
    await expect(collect(policyOver(confused).storeFiles(sources))).rejects.toThrow(TypeError);
  });
});

describe('references', () => {
  const blobs = createBlobs();
  const store = (handler: StorageHandler, options?: Parameters<StoragePolicy['storeReference']>[1]) =>
    collect(policyOver(blobs, handler).storeReference('toy://b/images', options));

  test('become entries with all that their handler saw', async () => {
    const handler = toy([
      { path: 'cat.png', digest: 'etag:"c"', size: 3, extra: { versionId: 'v1' } },
      { path: 'dog.png', extra: {} },
    ]);
    expect(await store(handler)).toEqual([
      reference('cat.png', {
        uri: 'toy://b/images/cat.png',
        digest: 'etag:"c"',
        size: 3,
        extra: { versionId: 'v1' },
      }),
      reference('dog.png', { uri: 'toy://b/images/dog.png', digest: 'etag:"1"' }),
    ]);
  });

  test('of a folder go under the name, a single object is called by it', async () => {
    const members = await store(toy([{ path: 'a/cat.png' }, { path: 'dog.png' }]), { name: 'images' });
    expect(members.map(({ path }) => path)).toEqual(['images/a/cat.png', 'images/dog.png']);
    const object = await store(toy([{ kind: 'object', path: 'model.h5' }]), { name: 'models/mymodel.h5' });
    expect(object.map(({ path }) => path)).toEqual(['models/mymodel.h5']);
    const unnamed = await store(toy([{ kind: 'object', path: 'model.h5' }]));
    expect(unnamed.map(({ path }) => path)).toEqual(['model.h5']);
  });

  test('tell the handler what the caller asked for', async () => {
    const seen: ObserveOptions[] = [];
    const signal = new AbortController().signal;
    await store(toy([{}], seen));
    await store(toy([{}], seen), { name: 'x', checksum: false, maxObjects: 5, signal });
    expect(seen).toEqual([
      { checksum: true, named: false, maxObjects: defaultMaxObjects, signal: undefined },
      { checksum: false, named: true, maxObjects: 5, signal },
    ]);
  });

  test('are never cut: one object too many is an error that names the limit', async () => {
    const three = toy([{ path: 'a' }, { path: 'b' }, { path: 'c' }]);
    expect(await store(three, { maxObjects: 3 })).toHaveLength(3);
    await expect(store(three, { maxObjects: 2 })).rejects.toThrow(
      failure('too_many_objects', 'more than 2', '{ maxObjects }', 'toy://b/images'),
    );
  });

  test('to nothing are an error, not an empty success', async () => {
    await expect(store(toy([]))).rejects.toThrow(failure('not_found', 'toy://b/images'));
  });

  test('to an object whose URI tells no name need one', async () => {
    const nameless = toy([{ kind: 'object', path: '' }]);
    await expect(store(nameless)).rejects.toThrow(failure('path_invalid', 'toy://b', '{ name }'));
    expect(await store(nameless, { name: 'x' })).toMatchObject([{ path: 'x' }]);
  });

  test('are refused for a name, path or URI that is none, before the handler is asked', async () => {
    const seen: ObserveOptions[] = [];
    await expect(store(toy([{}], seen), { name: '../x' })).rejects.toThrow(failure('path_invalid'));
    const policy = policyOver(blobs, toy([{}], seen));
    await expect(collect(policy.storeReference('toy://b/\0'))).rejects.toThrow(failure('uri_invalid'));
    expect(seen).toEqual([]);
    await expect(store(toy([{ path: '../x' }]))).rejects.toThrow(failure('path_invalid'));
    await expect(store(toy([{ path: 'x' }]), { name: 'n'.repeat(255) + '/n'.repeat(384) })).rejects.toThrow(
      failure('path_invalid'),
    );
    await expect(store(toy([{ uri: 'toy://b/\n' }]))).rejects.toThrow(failure('uri_invalid'));
  });

  test('are opened by their handler, with what it recorded', async () => {
    const policy = policyOver(blobs, toy([]));
    const entry = reference('cat.png', { uri: 'toy://b/cat.png', extra: { versionId: 'v1' } });
    expect(text(await collect(policy.loadReference(entry)))).toBe('toy://b/cat.png at v1');
    expect(text(await collect(policy.loadReference(entry, { range: { start: 0, end: 3 } })))).toBe('toy');
    const unknown = reference('x', { uri: 'ipfs://x' });
    await expect(collect(policy.loadReference(unknown))).rejects.toThrow(failure('handler_missing', 'ipfs'));
  });
});

describe('a reference of an unknown scheme', () => {
  const store = (uri: string, name?: string) =>
    collect(policyOver(createBlobs()).storeReference(uri, { name }));

  test('is recorded by its URI alone, unverified', async () => {
    const uri = 'ipfs://bafy/model?x=1#y';
    expect(await store(uri, 'model.h5')).toEqual([reference('model.h5', { uri, digest: `uri:${uri}` })]);
  });

  test('needs a name', async () => {
    await expect(store('ipfs://bafy')).rejects.toThrow(failure('path_invalid', 'ipfs://bafy', '{ name }'));
    await expect(store('ipfs://bafy', '../x')).rejects.toThrow(failure('path_invalid'));
  });

  test.each(['sftp://me:s3cr3t@host/x', 'azure://account/x?sv=1&sig=s3cr3t'])(
    'is refused with credentials in it: %s',
    async (uri) => {
      const error = await store(uri, 'x').catch((error: unknown) => error);
      expect(error).toEqual(failure('uri_invalid', 'credentials'));
      expect(String(error)).not.toContain('s3cr3t');
    },
  );
});
