import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBlobs } from '../../test/blobs.js';
import { failure } from '../../test/failure.js';
import { collect, file, files, manifestOf, reference, sorted } from '../../test/manifests.js';
import type { Entry } from '../entry.js';
import { sortByUtf8 } from '../path.js';
import { diffManifests, type EntryChange } from './diff-manifests.js';
import { encodeEntry } from './leaf.js';

async function diff(before: readonly Entry[], after: readonly Entry[]): Promise<EntryChange[]> {
  const blobs = createBlobs();
  return collect(diffManifests(await manifestOf(blobs, before), await manifestOf(blobs, after)));
}

/** Without leaves, by two maps. */
function naiveDiff(before: readonly Entry[], after: readonly Entry[]): EntryChange[] {
  const old = new Map(before.map((entry) => [entry.path, entry]));
  const fresh = new Map(after.map((entry) => [entry.path, entry]));
  const paths = sortByUtf8([...new Set([...old.keys(), ...fresh.keys()])], (path) => path);
  return paths.flatMap((path): EntryChange[] => {
    const [before, after] = [old.get(path), fresh.get(path)];
    if (before === undefined) return after === undefined ? [] : [{ kind: 'added', after }];
    if (after === undefined) return [{ kind: 'removed', before }];
    return encodeEntry(before) === encodeEntry(after) ? [] : [{ kind: 'changed', before, after }];
  });
}

test('tells what was added, removed and changed, in the order of the paths', async () => {
  const before = [file('a', 1), file('b', 1), file('c', 1), file('d', 1)];
  const after = [file('a', 1), file('b', 2), file('bb', 1), file('d', 1), file('🚀', 1)];
  expect(await diff(before, after)).toEqual([
    { kind: 'changed', before: file('b', 1), after: file('b', 2) },
    { kind: 'added', after: file('bb', 1) },
    { kind: 'removed', before: file('c', 1) },
    { kind: 'added', after: file('🚀', 1) },
  ]);
});

describe('sees every change that the digest covers', () => {
  const cat = reference('cat.png', { size: 3 });

  test.each<[string, Entry]>([
    ['another digest', { ...cat, digest: 'etag:"other"' }],
    ['another size', { ...cat, size: 4 }],
    ['no size', reference('cat.png')],
    ['another URI', { ...cat, uri: 's3://elsewhere/cat.png' }],
    ['a file instead of a reference', file('cat.png', 3)],
  ])('%s', async (_, after) => {
    expect(await diff([cat], [after])).toEqual([{ kind: 'changed', before: cat, after }]);
  });

  test('and none that it does not', async () => {
    expect(await diff([cat], [{ ...cat, extra: { versionId: 'v1' } }])).toEqual([]);
  });
});

test('gives references whole, with what their handler recorded', async () => {
  const entry = reference('cat.png', { extra: { versionId: 'v1' } });
  expect(await diff([], [entry])).toEqual([{ kind: 'added', after: entry }]);
  expect(await diff([entry], [])).toEqual([{ kind: 'removed', before: entry }]);
});

test('of manifests without entries, or of one and itself, is empty', async () => {
  expect(await diff([], [])).toEqual([]);
  expect(await diff(files(3000), files(3000))).toEqual([]);
});

test('agrees with a comparison entry by entry', async () => {
  const base = files(6000);
  const edit = fc.record({
    kind: fc.constantFrom('change', 'remove', 'insert', 'cut', 'extra'),
    at: fc.nat(base.length - 1),
    count: fc.nat(1500),
  });
  const version = fc.array(edit, { maxLength: 4 }).map((edits) => {
    const byPath = new Map<string, Entry>(base.map((entry) => [entry.path, entry]));
    for (const { kind, at, count } of edits) {
      const path = base[at]?.path ?? '';
      if (kind === 'change') byPath.set(path, file(path, 1_000_000 + count));
      else if (kind === 'remove') byPath.delete(path);
      else if (kind === 'insert') byPath.set(`${path}.bak`, file(`${path}.bak`, count));
      else if (kind === 'extra') byPath.set(path, reference(path, { extra: { versionId: `v${count}` } }));
      else for (const entry of base.slice(at, at + count)) byPath.delete(entry.path);
    }
    return sorted([...byPath.values()]);
  });
  await fc.assert(
    fc.asyncProperty(version, version, async (before, after) => {
      expect(await diff(before, after)).toEqual(naiveDiff(before, after));
    }),
    { numRuns: 25 },
  );
});

describe('reads', () => {
  const base = files(20_000);

  test('only the leaves that differ', async () => {
    const blobs = createBlobs();
    const before = await manifestOf(blobs, base);
    const changed = base.with(10_000, file(base[10_000]?.path ?? '', 1_000_000));
    const after = await manifestOf(blobs, changed);
    blobs.opened.length = 0;
    expect(await collect(diffManifests(before, after))).toHaveLength(1);
    expect(blobs.opened).toHaveLength(2);
    blobs.opened.length = 0;
    expect(await collect(diffManifests(before, before))).toEqual([]);
    expect(blobs.opened).toEqual([]);
  });

  test('no further than the caller goes', async () => {
    const blobs = createBlobs();
    const before = await manifestOf(blobs, base);
    const after = await manifestOf(blobs, []);
    blobs.opened.length = 0;
    for await (const _ of diffManifests(before, after)) break;
    expect(blobs.opened).toHaveLength(1);
  });
});

test('finds a damaged leaf', async () => {
  const blobs = createBlobs();
  const before = await manifestOf(blobs, [file('a', 1)]);
  const after = await manifestOf(blobs, [file('a', 2)]);
  blobs.contents.set(after.leaves[0]?.digest as never, new Uint8Array());
  await expect(collect(diffManifests(before, after))).rejects.toThrow(failure('integrity_mismatch'));
});

test('can be aborted', async () => {
  const blobs = createBlobs();
  const before = await manifestOf(blobs, [file('a', 1)]);
  const after = await manifestOf(blobs, [file('a', 2)]);
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(collect(diffManifests(before, after, { signal }))).rejects.toThrow('enough');
});
