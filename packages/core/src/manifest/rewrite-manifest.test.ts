import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBlobs } from '../../test/blobs.js';
import { collect, files, manifestOf, policy, sorted } from '../../test/manifests.js';
import type { ContentDigest } from '../digest.js';
import type { Entry } from '../entry.js';
import { endsLeaf } from './boundary.js';
import { openManifest } from './manifest.js';
import { rewriteManifest } from './rewrite-manifest.js';
import { writeManifest } from './write-manifest.js';

const digest = (seed: number) => `blake3:${seed.toString(16).padStart(64, '0')}` as ContentDigest;
const file = (path: string, seed: number): Entry => ({
  kind: 'file',
  path,
  digest: digest(seed),
  size: seed,
});
const reference = (path: string, seed: number): Entry => ({
  kind: 'reference',
  path,
  uri: `s3://bucket/${path}`,
  digest: `etag:${seed}`,
  ...(seed % 3 === 0 ? {} : { size: seed }),
  ...(seed % 2 === 0 ? {} : { extra: { version: `${seed}` } }),
});

/** Few entries shall make many leaves, so of the paths that end one there are more than chance would have it. */
const ends: string[] = [];
for (let i = 0; ends.length < 40; i++) if (endsLeaf(`d${i % 7}/e${i}`)) ends.push(`d${i % 7}/e${i}`);
const usual = [...ends, ...Array.from({ length: 120 }, (_, i) => `d${i % 7}/e${i * 577}`)];
/** As references with the longest URIs these fill more than a leaf. */
const long = Array.from({ length: 300 }, (_, i) => `d3/long/${String(i).padStart(3, '0')}`);
const longReference = (path: string): Entry => ({
  kind: 'reference',
  path,
  uri: `s3://bucket/${'x'.repeat(4000)}`,
  digest: 'etag:1',
});

const draft = fc.record({
  path: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...usual) }, fc.constantFrom(...long)),
  seed: fc.nat(1000),
  isReference: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});
const drafts = fc.uniqueArray(draft, { selector: ({ path }) => path, maxLength: 200, size: 'max' });
const folders = fc.subarray([...Array.from({ length: 7 }, (_, i) => `d${i}/`), 'd3/long/']);
const make = ({ path, seed, isReference }: { path: string; seed: number; isReference: boolean }): Entry =>
  isReference ? reference(path, seed) : file(path, seed);

function outermost(folders: readonly string[]): string[] {
  return folders.filter((one) => !folders.some((other) => one !== other && one.startsWith(other))).sort();
}

describe('rewriting', () => {
  test('stores what writing all of it would store', async () => {
    const cases = fc.record({
      before: drafts,
      isLong: fc.boolean(),
      put: drafts,
      remove: fc.subarray([...usual, ...long], { maxLength: 30 }),
      folders,
      few: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ before, isLong, put, remove, folders, few }) => {
        const all = new Map((isLong ? long : []).map((path) => [path, longReference(path)]));
        for (const one of before) all.set(one.path, make(one));
        const blobs = createBlobs();
        const base = await manifestOf(blobs, sorted([...all.values()]));

        const removedFolders = few ? [] : outermost(folders);
        const puts = new Map((few ? put.slice(0, 3) : put).map((one) => [one.path, make(one)]));
        const paths = [...new Set([...puts.keys(), ...(few ? remove.slice(0, 2) : remove)])].sort();
        for (const path of all.keys()) {
          if (removedFolders.some((folder) => path.startsWith(folder))) all.delete(path);
        }
        for (const path of paths) all.delete(path);
        for (const one of puts.values()) all.set(one.path, one);
        const expected = await writeManifest(sorted([...all.values()]), createBlobs(), policy);
        const written = await rewriteManifest(
          base,
          { edits: paths.map((path) => ({ path, entry: puts.get(path) })), removedFolders },
          blobs,
          policy,
        );
        expect(written).toEqual(expected);
        const manifest = await openManifest(blobs, written.blob, { expected: written.digest });
        expect(await collect(manifest.entries())).toEqual(sorted([...all.values()]));
      }),
      { numRuns: 100 },
    );
  });

  test('reads and writes only the leaves that an edit is in', async () => {
    const blobs = createBlobs();
    const entries = files(20_000);
    const base = await manifestOf(blobs, entries);
    const [one, other] = [entries[5000], entries[15_000]] as [Entry, Entry];
    const before = new Set(blobs.contents.keys());
    blobs.opened.length = 0;
    const edits = [
      { path: one.path, entry: file(one.path, 77) },
      { path: other.path, entry: undefined },
    ];
    await rewriteManifest(base, { edits }, blobs, policy);
    expect(blobs.opened).toHaveLength(2);
    // Two leaves and the index.
    expect([...blobs.contents.keys()].filter((key) => !before.has(key))).toHaveLength(3);
  });

  test('does not read what is in a removed folder', async () => {
    const blobs = createBlobs();
    const base = await manifestOf(blobs, files(20_000));
    blobs.opened.length = 0;
    await rewriteManifest(base, { edits: [], removedFolders: ['images/'] }, blobs, policy);
    // Whether the last leaf has nothing after the folder can't be known from the index.
    expect(blobs.opened).toHaveLength(1);
  });
});
