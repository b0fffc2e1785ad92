import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBlobs } from '../../test/blobs.js';
import { failure } from '../../test/failure.js';
import { collect, file, files, manifestOf, policy, reference, sorted } from '../../test/manifests.js';
import type { Entry } from '../entry.js';
import type { BlobStore } from '../seams/blob-store.js';
import { endsLeaf, maxLeafBytes } from './boundary.js';
import { encodeEntry } from './leaf.js';
import { writeManifest } from './write-manifest.js';

const write = (entries: readonly Entry[]) => writeManifest(entries, createBlobs(), policy);
const many = files(20_000);

describe('equal entries give an equal manifest', () => {
  test('whatever order they were collected in', async () => {
    const expected = await write(sorted(many.slice(0, 3000)));
    const shuffled = fc.shuffledSubarray(many.slice(0, 3000), { minLength: 3000, maxLength: 3000 });
    for (const order of fc.sample(shuffled, 3)) expect(await write(sorted(order))).toEqual(expected);
  });

  test('whether they come at once or as they are made', async () => {
    async function* stream() {
      yield* many;
    }
    expect(await writeManifest(stream(), createBlobs(), policy)).toEqual(await write(many));
  });

  test('whatever the history: after edits, only the leaves that were touched are new', async () => {
    const blobs = createBlobs();
    const before = await manifestOf(blobs, many);
    const known = new Set(before.leaves.map(({ digest }) => digest));
    const edit = fc.record({
      kind: fc.constantFrom('change', 'remove', 'insert'),
      at: fc.nat(many.length - 1),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 5 }), async (edits) => {
        const byPath = new Map(many.map((entry) => [entry.path, entry]));
        for (const { kind, at } of edits) {
          const path = many[at]?.path ?? '';
          if (kind === 'change') byPath.set(path, file(path, 1_000_000 + at));
          else if (kind === 'remove') byPath.delete(path);
          else byPath.set(`${path}.bak`, file(`${path}.bak`, at));
        }
        const edited = sorted([...byPath.values()]);
        const after = await manifestOf(blobs, edited);
        expect(await collect(after.entries())).toEqual(edited);
        expect(after.digest).toBe((await write(edited)).digest);
        // An edit changes its leaf, and a boundary that comes or goes the leaf beside it.
        const fresh = after.leaves.filter(({ digest }) => !known.has(digest));
        expect(fresh.length).toBeLessThanOrEqual(2 * edits.length);
      }),
      { numRuns: 15 },
    );
  });
});

describe('leaves', () => {
  test('end after a path that says so, and nowhere else', async () => {
    const { leaves, readLeaf } = await manifestOf(createBlobs(), many);
    expect(leaves.length).toBeGreaterThan(10);
    for (const [i, leaf] of leaves.entries()) {
      const ends = (await readLeaf(leaf)).map(({ path }) => endsLeaf(path));
      expect(ends.indexOf(true)).toBe(i === leaves.length - 1 && !ends.includes(true) ? -1 : ends.length - 1);
    }
  });

  test('also end once they have 1 MiB of UTF-8, whatever the paths are', async () => {
    const uri = `s3://bucket/${'é'.repeat(2000)}`;
    const entries = Array.from({ length: 600 }, (_, i) =>
      reference(`r/${String(i).padStart(4, '0')}`, { uri }),
    );
    const blobs = createBlobs();
    const { leaves } = await manifestOf(blobs, entries);
    expect(leaves.length).toBeGreaterThan(1);
    for (const leaf of leaves.slice(0, -1)) {
      const bytes = blobs.contents.get(leaf.digest) ?? new Uint8Array();
      const last = bytes.lastIndexOf(0x0a, -2) + 1;
      if (endsLeaf(JSON.parse(Buffer.from(bytes.subarray(last)).toString()).path)) continue;
      expect(bytes.length).toBeGreaterThanOrEqual(maxLeafBytes);
      expect(last).toBeLessThan(maxLeafBytes);
    }
  });

  test('know how many entries they have, how large these are, and which is the first', async () => {
    const { leaves, readLeaf, entryCount, size } = await manifestOf(createBlobs(), many);
    for (const leaf of leaves) {
      const entries = await readLeaf(leaf);
      expect(leaf).toMatchObject({ first: entries[0]?.path, entryCount: entries.length });
      expect(leaf.size).toBe(entries.reduce((sum, entry) => sum + (entry.size ?? 0), 0));
    }
    expect(entryCount).toBe(many.length);
    expect(size).toBe(many.reduce((sum, entry) => sum + entry.size, 0));
  });
});

describe('the digest', () => {
  const cat = reference('cat.png', { size: 3 });

  test('covers path, digest, size and reference URI', async () => {
    const variants: Entry[] = [
      cat,
      { ...cat, path: 'dog.png' },
      { ...cat, digest: 'etag:"other"' },
      { ...cat, size: 4 },
      reference('cat.png'),
      { ...cat, uri: 's3://elsewhere/cat.png' },
      file('cat.png', 3),
    ];
    const digests = new Set<string>();
    for (const entry of variants) digests.add((await write([entry])).digest);
    expect(digests.size).toBe(variants.length);
  });

  test('covers neither what a handler recorded nor the policy', async () => {
    const plain = await write([cat]);
    const recorded = await write([{ ...cat, extra: { versionId: 'v1' } }]);
    const elsewhere = await writeManifest([cat], createBlobs(), { name: 'mine', config: { bucket: 'b' } });
    expect(recorded.digest).toBe(plain.digest);
    expect(elsewhere.digest).toBe(plain.digest);
    expect(new Set([plain.blob, recorded.blob, elsewhere.blob]).size).toBe(3);
  });

  test('names the algorithm of the store', async () => {
    expect((await write([])).digest).toMatch(/^blake3:/);
    const { digest, blob } = await writeManifest([cat], createBlobs('sha256'), policy);
    expect([digest, blob]).toEqual([expect.stringMatching(/^sha256:/), expect.stringMatching(/^sha256:/)]);
  });
});

describe('refuses', () => {
  test.each<[string, Entry[], Parameters<typeof failure>[0]]>([
    ['a path twice', [file('a', 1), file('a', 1)], 'path_conflict'],
    ['a file that is a folder', [file('a'), file('a-1'), file('a/b')], 'path_conflict'],
    ['paths out of order', [file('b'), file('a')], 'manifest_invalid'],
    ['a path that is none', [file('../x')], 'path_invalid'],
    ['a file without a content digest', [{ ...file('a'), digest: 'etag:"x"' as never }], 'manifest_invalid'],
    ['what a handler may not record', [reference('a', { extra: { a: 1 as never } })], 'manifest_invalid'],
  ])('%s', async (_, entries, code) => {
    await expect(write(entries)).rejects.toThrow(failure(code));
  });

  test('a conflict across leaves', async () => {
    const between = Array.from({ length: 5000 }, (_, i) => file(`a-${String(i).padStart(4, '0')}`));
    expect(between.filter(({ path }) => endsLeaf(path)).length).toBeGreaterThan(0);
    await expect(write([file('a'), ...between, file('a/b')])).rejects.toThrow(failure('path_conflict'));
  });
});

test('passes on what the store throws, and stores no index then', async () => {
  const failed = new Error('disk');
  const blobs = createBlobs();
  let puts = 0;
  const broken: BlobStore = {
    ...blobs,
    // biome-ignore lint/correctness/useYield: it always throws
    async *put() {
      puts++;
      throw failed;
    },
  };
  await expect(writeManifest(many, broken, policy)).rejects.toBe(failed);
  expect(puts).toBe(1);
});

test('can be aborted', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(writeManifest(many, createBlobs(), policy, { signal })).rejects.toThrow('enough');
});

test('holds one leaf at a time: a leaf is stored before the next one is read', async () => {
  const blobs = createBlobs();
  let inHand = 0;
  let most = 0;
  function* counted() {
    for (const entry of many) {
      most = Math.max(most, ++inHand);
      yield entry;
    }
  }
  const counting: BlobStore = {
    ...blobs,
    async *put(sources, options) {
      for await (const source of sources) {
        inHand = 0;
        yield* blobs.put([source], options);
      }
    },
  };
  await writeManifest(counted(), counting, policy);
  const sizes = (await manifestOf(blobs, many)).leaves.map(({ entryCount }) => entryCount);
  expect(most).toBeLessThanOrEqual(Math.max(...sizes) + 1);
});

test('the lines of a leaf are those of its entries', async () => {
  const entries = [file('a', 1), reference('b', { size: 1 })];
  const blobs = createBlobs();
  const { leaves } = await manifestOf(blobs, entries);
  const text = new TextDecoder().decode(leaves[0] && blobs.contents.get(leaves[0].digest));
  expect(text).toBe(entries.map(encodeEntry).join(''));
});
