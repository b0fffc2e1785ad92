import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBlobs } from '../../test/blobs.js';
import { failure } from '../../test/failure.js';
import { collect, file, files, manifestOf, policy, reference, sorted } from '../../test/manifests.js';
import type { ContentDigest } from '../digest.js';
import type { Entry } from '../entry.js';
import { CairnError } from '../errors.js';
import { loadHasher } from '../hash/hasher.js';
import { compareUtf8 } from '../path.js';
import type { BlobStore } from '../seams/blob-store.js';
import { encodeIndex, type LeafRef } from './index-blob.js';
import { encodeEntry } from './leaf.js';
import { openManifest } from './manifest.js';
import { writeManifest } from './write-manifest.js';

const hasher = await loadHasher();
const many = files(10_000);
const blobs = createBlobs();
const manifest = await manifestOf(blobs, many);

describe('opening', () => {
  test('reads the index and no leaf', async () => {
    const written = await writeManifest(many, blobs, policy);
    blobs.opened.length = 0;
    const opened = await openManifest(blobs, written.blob);
    expect(blobs.opened).toEqual([written.blob]);
    expect(opened).toMatchObject({ policy, digest: written.digest, entryCount: 10_000, size: written.size });
  });

  test('refuses a manifest that is not the expected one', async () => {
    const { blob } = await writeManifest([file('a')], blobs, policy);
    await expect(openManifest(blobs, blob, { expected: manifest.digest })).rejects.toThrow(
      failure('integrity_mismatch', manifest.digest),
    );
  });

  test('stops reading a blob that is longer than any part of a manifest', async () => {
    let pulled = 0;
    async function* endless() {
      for (;;) {
        pulled++;
        yield new Uint8Array(1024 * 1024);
      }
    }
    const opening = openManifest({ open: endless }, manifest.digest);
    await expect(opening).rejects.toThrow(failure('manifest_invalid'));
    expect(pulled).toBe(65);
  });

  test('refuses a blob that is none', async () => {
    const bytes = new TextEncoder().encode('hello');
    blobs.contents.set(hasher.hash(bytes), bytes);
    await expect(openManifest(blobs, hasher.hash(bytes))).rejects.toThrow(failure('manifest_invalid'));
  });

  test('passes on what the store throws', async () => {
    const missing = new CairnError('not_found', 'no such blob');
    const empty: BlobStore = {
      ...blobs,
      // biome-ignore lint/correctness/useYield: it always throws
      async *open() {
        throw missing;
      },
    };
    await expect(openManifest(empty, manifest.digest)).rejects.toBe(missing);
  });

  test('can be aborted', async () => {
    const { blob } = await writeManifest([file('a')], blobs, policy);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(openManifest(blobs, blob, { signal })).rejects.toThrow('enough');
  });
});

test('an empty manifest has no entries', async () => {
  const empty = await manifestOf(createBlobs(), []);
  expect(empty).toMatchObject({ entryCount: 0, size: 0, leaves: [] });
  expect(empty.digest).toBe(hasher.hash(new Uint8Array()));
  expect(await collect(empty.entries())).toEqual([]);
  expect(await empty.get('a')).toBeUndefined();
});

describe('get', () => {
  test('finds every entry, first and last of a leaf among them', async () => {
    for (const { first } of manifest.leaves) {
      const at = many.findIndex(({ path }) => path === first);
      for (const entry of many.slice(Math.max(0, at - 1), at + 2)) {
        expect(await manifest.get(entry.path)).toEqual(entry);
      }
    }
  });

  test('reads one leaf, and none for a path before the first', async () => {
    blobs.opened.length = 0;
    expect(await manifest.get('images/0005/0005000.png')).toBeDefined();
    expect(blobs.opened).toHaveLength(1);
    for (const path of ['images', 'images/0005', 'images/0005/0005000.png/x', 'zebra', '🚀']) {
      expect(await manifest.get(path), path).toBeUndefined();
    }
    blobs.opened.length = 0;
    expect(await manifest.get('a')).toBeUndefined();
    expect(blobs.opened).toEqual([]);
  });
});

describe('entries', () => {
  test('are all of them, in the order of their bytes', async () => {
    expect(await collect(manifest.entries())).toEqual(many);
    const odd = sorted(['\uffff', '🚀', 'a'].map((path) => file(path)));
    const small = await manifestOf(createBlobs(), odd);
    expect((await collect(small.entries())).map(({ path }) => path)).toEqual(['a', '\uffff', '🚀']);
  });

  test('of a folder, or after a path, are those and no others', async () => {
    const segment = fc.constantFrom('a', 'b', 'a-', 'a0', 'é', '\uffff', '🚀');
    const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const part = fc.oneof(path, fc.constantFrom('', 'a', 'a/', 'a/b/', 'é/', '\u{10ffff}', 'images/0003'));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(path, { maxLength: 30 }),
        fc.option(part, { nil: undefined }),
        fc.option(part, { nil: undefined }),
        async (paths, prefix, after) => {
          const free = paths.filter((path) => !paths.some((other) => path.startsWith(`${other}/`)));
          const all = sorted([...free.map((path) => file(path)), ...many.slice(2500, 4500)]);
          const expected = all.filter(
            ({ path }) =>
              path.startsWith(prefix ?? '') && (after === undefined || compareUtf8(path, after) > 0),
          );
          const found = (await manifestOf(createBlobs(), all)).entries({ prefix, after });
          expect(await collect(found)).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('after a path begin with the one that follows it', async () => {
    for (const at of [0, 5000, 9998]) {
      const [first] = await collect(manifest.entries({ after: many[at]?.path }));
      expect(first).toEqual(many[at + 1]);
    }
    expect(await collect(manifest.entries({ after: many.at(-1)?.path }))).toEqual([]);
  });

  test('of a page cost the leaves they are in', async () => {
    const [, second, third] = manifest.leaves;
    if (second === undefined || third === undefined) throw new Error('too few leaves');
    blobs.opened.length = 0;
    for await (const { path } of manifest.entries({ after: second.first })) {
      if (path === third.first) break;
    }
    expect(blobs.opened).toEqual([second.digest, third.digest]);
    blobs.opened.length = 0;
    await collect(manifest.entries({ prefix: 'images/0005/0005000' }));
    expect(blobs.opened).toHaveLength(1);
  });

  test('come in batches, none of them empty', async () => {
    for (const options of [
      {},
      { prefix: 'images/0005/' },
      { prefix: 'images/0005/', after: many[5500]?.path },
    ]) {
      const batches = await collect(manifest.batches(options));
      expect(batches.every(({ length }) => length > 0)).toBe(true);
      expect(batches.flat()).toEqual(await collect(manifest.entries(options)));
    }
    expect(await collect(manifest.batches({ prefix: 'nothing' }))).toEqual([]);
  });

  test('can be aborted between leaves', async () => {
    const controller = new AbortController();
    const read = async () => {
      for await (const _ of manifest.entries({ signal: controller.signal })) {
        controller.abort(new Error('enough'));
      }
    };
    await expect(read()).rejects.toThrow('enough');
  });
});

describe('damage', () => {
  const entries: Entry[] = [
    file('a', 1),
    reference('b', { size: 2, extra: { versionId: 'v1' } }),
    reference('c', { extra: { generation: '17' } }),
  ];

  async function readAllOf(store: ReturnType<typeof createBlobs>, blob: ContentDigest): Promise<Entry[]> {
    return collect((await openManifest(store, blob)).entries());
  }

  test('of any one byte, anywhere, is found', async () => {
    const store = createBlobs();
    const { blob } = await writeManifest(entries, store, policy);
    expect(await readAllOf(store, blob)).toEqual(entries);
    expect(store.contents.size).toBe(3); // index, leaf and extras
    for (const [digest, bytes] of store.contents) {
      for (let at = 0; at < bytes.length; at++) {
        const changed = bytes.slice();
        changed[at] = (changed[at] ?? 0) ^ 1;
        store.contents.set(digest, changed);
        await expect(readAllOf(store, blob), `${digest} at ${at}`).rejects.toThrow(
          failure('integrity_mismatch'),
        );
      }
      for (const other of [
        bytes.slice(1),
        bytes.slice(0, -1),
        new Uint8Array(),
        new Uint8Array([...bytes, 10]),
      ]) {
        store.contents.set(digest, other);
        await expect(readAllOf(store, blob)).rejects.toThrow(failure('integrity_mismatch'));
      }
      store.contents.set(digest, bytes);
    }
  });

  /** An index that fits its digest but not its leaves. */
  async function withIndex(change: (leaves: readonly LeafRef[]) => readonly LeafRef[]) {
    const store = createBlobs();
    const { leaves } = await manifestOf(store, many);
    const index = new TextEncoder().encode(encodeIndex({ policy, leaves: change(leaves) }));
    store.contents.set(hasher.hash(index), index);
    return readAllOf(store, hasher.hash(index));
  }

  test('of an index that lies about its leaves is found', async () => {
    const alter = (part: Partial<LeafRef>) => (leaves: readonly LeafRef[]) =>
      leaves.map((leaf, i) => (i === 1 ? { ...leaf, ...part } : leaf));
    expect(await withIndex((leaves) => leaves)).toEqual(many);
    await expect(withIndex(alter({ entryCount: 7 }))).rejects.toThrow(failure('manifest_invalid'));
    await expect(withIndex(alter({ size: 7 }))).rejects.toThrow(failure('manifest_invalid'));
    await expect(withIndex((leaves) => alter({ first: `${leaves[1]?.first}x` })(leaves))).rejects.toThrow(
      failure('manifest_invalid'),
    );
    await expect(
      withIndex((leaves) => alter({ digest: leaves[2]?.digest ?? (leaves[0]?.digest as never) })(leaves)),
    ).rejects.toThrow(failure('manifest_invalid'));
  });

  test('of leaves that overlap, or clash, is found', async () => {
    const store = createBlobs();
    const leafOf = (...all: Entry[]): LeafRef => {
      const bytes = new TextEncoder().encode(all.map(encodeEntry).join(''));
      store.contents.set(hasher.hash(bytes), bytes);
      const size = all.reduce((sum, entry) => sum + (entry.size ?? 0), 0);
      return { digest: hasher.hash(bytes), first: all[0]?.path ?? '', entryCount: all.length, size };
    };
    const read = (...leaves: LeafRef[]) => {
      const index = new TextEncoder().encode(encodeIndex({ policy, leaves }));
      store.contents.set(hasher.hash(index), index);
      return readAllOf(store, hasher.hash(index));
    };
    expect(await read(leafOf(file('a'), file('b')), leafOf(file('c')))).toHaveLength(3);
    await expect(read(leafOf(file('a'), file('c')), leafOf(file('b')))).rejects.toThrow(
      failure('manifest_invalid'),
    );
    await expect(read(leafOf(file('a'), file('b')), leafOf(file('b')))).rejects.toThrow(
      failure('manifest_invalid'),
    );
    await expect(read(leafOf(file('a'), file('a-1')), leafOf(file('a/b')))).rejects.toThrow(
      failure('path_conflict'),
    );
  });

  test('of one leaf leaves the others readable', async () => {
    const store = createBlobs();
    const damaged = await manifestOf(store, many);
    const [first, second] = damaged.leaves;
    if (first === undefined || second === undefined) throw new Error('too few leaves');
    store.contents.set(second.digest, new Uint8Array());
    await expect(collect(damaged.entries())).rejects.toThrow(failure('integrity_mismatch'));
    await expect(damaged.get(second.first)).rejects.toThrow(failure('integrity_mismatch'));
    expect(await damaged.get(first.first)).toEqual(many[0]);
  });
});
