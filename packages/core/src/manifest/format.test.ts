import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createBlobs } from '../../test/blobs.js';
import { collect, sorted } from '../../test/manifests.js';
import type { ContentAlgorithm, ContentDigest } from '../digest.js';
import type { Entry } from '../entry.js';
import { endsLeaf } from './boundary.js';
import type { PolicyRef } from './index-blob.js';
import { openManifest } from './manifest.js';
import { writeManifest } from './write-manifest.js';

interface Vectors {
  boundaries: { path: string; endsLeaf: boolean }[];
  manifests: Vector[];
}

interface Vector {
  name: string;
  algorithm: ContentAlgorithm;
  policy: PolicyRef;
  entries?: Omit<Entry, 'kind'>[];
  generate?: { count: number; path: string; digest: string; uri?: string };
  leaves: {
    entries: number;
    extras?: ContentDigest;
    extrasText?: string;
    first: string;
    leaf: ContentDigest;
    size: number;
    text?: string;
  }[];
  index?: string;
  blob: ContentDigest;
  digest: ContentDigest;
}

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const vectors: Vectors = JSON.parse(read('vectors/manifests.json'));

function entriesOf({ entries, generate }: Vector): Entry[] {
  const plain = entries ?? Array.from({ length: generate?.count ?? 0 }, (_, i) => generated(generate, i));
  return sorted(plain.map((entry) => ({ kind: 'uri' in entry ? 'reference' : 'file', ...entry }) as Entry));
}

function generated(generate: Vector['generate'], i: number): object {
  const { path, digest, uri } = JSON.parse(
    JSON.stringify(generate)
      .replaceAll('{number}', String(i).padStart(6, '0'))
      .replaceAll('{filler}', 'é'.repeat(1500)),
  );
  return uri === undefined ? { path, digest, size: i } : { path, digest, uri };
}

test.each(vectors.boundaries)('$path ends a leaf: $endsLeaf', ({ path, endsLeaf: expected }) => {
  expect(endsLeaf(path)).toBe(expected);
});

describe.each(vectors.manifests)('the manifest of $name', (vector) => {
  const { algorithm, policy, leaves, index, blob, digest } = vector;
  const entries = entriesOf(vector);
  const blobs = createBlobs(algorithm);
  const written = writeManifest(entries, blobs, policy);
  const text = (of: ContentDigest) => new TextDecoder().decode(blobs.contents.get(of));

  test('has these digests', async () => {
    expect(await written).toMatchObject({ digest, blob, entryCount: entries.length });
  });

  test('has these leaves', async () => {
    await written;
    const lines = text(blob).trimEnd().split('\n').slice(1);
    const known = leaves.map(({ text, extrasText, ...line }) => line);
    expect(lines.map((line) => JSON.parse(line))).toEqual(known);
    for (const leaf of leaves) {
      if (leaf.text !== undefined) expect(text(leaf.leaf)).toBe(leaf.text);
      if (leaf.extras !== undefined) expect(text(leaf.extras)).toBe(leaf.extrasText);
    }
    if (index !== undefined) expect(text(blob)).toBe(index);
  });

  test('has these entries', async () => {
    await written;
    const opened = await openManifest(blobs, blob, { expected: digest });
    expect(opened.policy).toEqual(policy);
    expect(await collect(opened.entries())).toEqual(entries);
  });
});

test('the example in docs/manifest-format.md is one of the vectors', () => {
  const page = read('../../docs/manifest-format.md');
  const vector = vectors.manifests.find(({ name }) => name === 'files and references in three leaves');
  const blocks = [...page.matchAll(/^```jsonl\n(.*?)^```/gms)].map(([, block]) => block);
  const shown = vector?.leaves.flatMap(({ text, extrasText }) => [text, extrasText ?? []].flat()) ?? [];
  expect(blocks.slice(0, -1)).toEqual([...shown, vector?.index]);
  const covered = vector?.index
    ?.replace(/^.*\n/, '')
    .replaceAll(/"extras":"[^"]*",|"references":{[^}]*},/g, '');
  expect(blocks.at(-1)).toBe(covered);
  const digests = vector?.leaves.flatMap(({ leaf, extras }) => [leaf, extras ?? []].flat()) ?? [];
  expect([...page.matchAll(/`(blake3:[0-9a-f]{64})`/g)].map(([, found]) => found)).toEqual([
    ...digests,
    vector?.blob,
    vector?.digest,
  ]);
});
