import { expectCairnError } from '@cairn/conformance';
import { loadHasher } from '@cairn/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noise } from '../../test/scratch.js';
import { rawDigest } from './pack-format.js';
import { decodeRecipe, decodeRows, Recipe, type RecipeRow, segmentBytes } from './recipe.js';

const hasher = await loadHasher('blake3');

/** Makes the recipe of some chunks, and the segments by their digests. */
function build(chunks: readonly RecipeRow[]) {
  const recipe = new Recipe(hasher);
  const segments = new Map<string, Buffer>();
  const keep = (segment: Uint8Array | undefined) => {
    if (segment !== undefined) segments.set(hasher.hash(segment), Buffer.from(segment));
  };
  for (const { digest, length } of chunks) keep(recipe.add(digest, length));
  keep(recipe.end());
  return { recipe, segments, record: recipe.encode() };
}

function readBack({ record, segments }: ReturnType<typeof build>): RecipeRow[] {
  return decodeRecipe(record, hasher).flatMap(({ digest, length }) => {
    const rows = decodeRows(segments.get(`blake3:${Buffer.from(digest).toString('hex')}`) as Buffer);
    expect(rows.reduce((sum, row) => sum + row.length, 0)).toBe(length);
    return rows;
  });
}

function manyChunks(count: number, seed = 1): RecipeRow[] {
  return Array.from({ length: count }, (_, i) => ({
    digest: rawDigest(hasher.hash(noise(16, seed * 1_000_000 + i + 1))),
    length: 1 + (i % 70_000),
  }));
}

describe('a recipe', () => {
  it('lists any chunks in their order, and knows their size', () => {
    const chunk = fc.record({
      digest: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      length: fc.integer({ min: 1, max: 2 ** 24 }),
    });
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 1500, size: 'max' }), (chunks) => {
        const built = build(chunks);
        const expected = chunks.map(({ digest, length }) => ({ digest: Buffer.from(digest), length }));
        expect(readBack(built)).toEqual(expected);
        expect(built.recipe.size).toBe(chunks.reduce((sum, { length }) => sum + length, 0));
      }),
      { numRuns: 40 },
    );
  });

  it('never has a segment longer than what was reserved, not even of equal chunks', () => {
    const digest = Buffer.alloc(32, 255);
    const chunks = Array.from({ length: 2000 }, () => ({ digest, length: 5 }));
    const built = build(chunks);
    expect(readBack(built)).toEqual(chunks);
    expect(Math.max(...[...built.segments.values()].map(({ length }) => length))).toBe(segmentBytes(0));
  });

  it('has the same segments for the same chunks, and few others after an insertion', () => {
    const chunks = manyChunks(5000);
    const { segments } = build(chunks);
    expect(segments.size).toBeGreaterThan(50);
    expect(build(chunks).segments).toEqual(segments);
    for (const at of [0, 1234, 4999]) {
      const edited = [...chunks.slice(0, at), ...manyChunks(3, 2), ...chunks.slice(at)];
      const isNew = (key: string) => !segments.has(key);
      expect([...build(edited).segments.keys()].filter(isNew).length).toBeLessThanOrEqual(3);
    }
  });

  it('tells when any of its bytes is wrong, or it was cut', async () => {
    const { record } = build(manyChunks(200));
    for (let at = 0; at < record.length; at++) {
      const wrong = Buffer.from(record);
      wrong[at] = (wrong[at] as number) ^ 4;
      await expectCairnError(
        Promise.resolve().then(() => decodeRecipe(wrong, hasher)),
        'integrity_mismatch',
      );
    }
    for (const length of [0, 31, 32, record.length - 1]) {
      expect(() => decodeRecipe(record.subarray(0, length), hasher)).toThrow('damaged');
    }
  });
});
