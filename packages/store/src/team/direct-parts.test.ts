import { describe, expect, it } from 'vitest';
import { decodeRows } from '../packs/recipe.js';
import { type Filler, type PlacedChunk, partsOfBlob } from './direct-parts.js';

const length = 256 * 1024;
const MiB = 1024 * 1024;

function chunk(place: [packId: number, start: number] | undefined, bytes = length): PlacedChunk {
  const location = place === undefined ? undefined : { packId: place[0], start: place[1] };
  return { digest: new Uint8Array(32).fill(7), length: bytes, location };
}

/** Chunks one behind the other in a pack. */
function inRow(count: number, packId = 1, from = 0): PlacedChunk[] {
  return Array.from({ length: count }, (_, i) => chunk([packId, from + i * length]));
}

const plain = (chunks: readonly PlacedChunk[], fillers: readonly Filler[] = [], at = 0) =>
  partsOfBlob(chunks, fillers, at).map(({ start, end, run }) =>
    run === undefined ? [start, end] : [start, end, run.packId, run.start, run.end],
  );

describe('partsOfBlob', () => {
  it('makes one part of what lies together', () => {
    expect(plain(inRow(4))).toEqual([[0, MiB, 1, 0, MiB]]);
    expect(plain(inRow(4, 1, 500), [], 77)).toEqual([[77, 77 + MiB, 1, 500, 500 + MiB]]);
  });

  it('never covers a byte between two chunks that is not a filler', () => {
    const chunks = [...inRow(4), ...inRow(4, 1, MiB + 1)];
    expect(plain(chunks)).toEqual([
      [0, MiB, 1, 0, MiB],
      [MiB, 2 * MiB, 1, MiB + 1, 2 * MiB + 1],
    ]);
    // Nor where a filler ends before the chunk begins, goes beyond it, is in another pack, or begins elsewhere.
    for (const filler of [
      { packId: 1, start: MiB, length: 1 },
      { packId: 2, start: MiB, length: 2 },
      { packId: 1, start: MiB, length: 3 },
      { packId: 1, start: MiB + 1, length: 1 },
    ]) {
      expect(plain([...inRow(4), ...inRow(4, 1, MiB + 2)], [filler])).toHaveLength(2);
    }
  });

  it('passes over fillers, and over none behind the last chunk', () => {
    const fillers = [
      { packId: 1, start: MiB, length: 20 },
      { packId: 1, start: MiB + 20, length: 30 },
      { packId: 1, start: 2 * MiB + 50, length: 40 },
    ];
    const [part, ...others] = partsOfBlob([...inRow(4), ...inRow(4, 1, MiB + 50)], fillers, 0);
    expect(others).toEqual([]);
    expect(part).toMatchObject({ start: 0, end: 2 * MiB, run: { start: 0, end: 2 * MiB + 50 } });
    const rows = decodeRows(part?.run?.rows ?? new Uint8Array());
    expect(rows.map((row) => [row.length, row.digest[0]])).toEqual([
      ...Array.from({ length: 4 }, () => [length, 7]),
      [20, 0],
      [30, 0],
      ...Array.from({ length: 4 }, () => [length, 7]),
    ]);
  });

  it('leaves to the store what lies here and there, as one part', () => {
    const scattered = [chunk([1, 0]), chunk([2, 0]), chunk(undefined), chunk([1, 0])];
    expect(plain(scattered)).toEqual([[0, MiB]]);
    expect(plain([...scattered, ...inRow(4, 3), ...scattered])).toEqual([
      [0, MiB],
      [MiB, 2 * MiB, 3, 0, MiB],
      [2 * MiB, 3 * MiB],
    ]);
  });

  it('cuts long runs', () => {
    const parts = plain(inRow(100));
    expect(parts.every(([start = 0, end = 0]) => end - start <= 8 * MiB)).toBe(true);
    expect(parts.at(0)).toEqual([0, 8 * MiB, 1, 0, 8 * MiB]);
    expect(parts.at(-1)).toEqual([24 * MiB, 25 * MiB, 1, 24 * MiB, 25 * MiB]);
  });

  it('goes neither backwards nor twice over the same place', () => {
    expect(plain([...inRow(4), ...inRow(4)])).toHaveLength(2);
    expect(plain([...inRow(4, 1, MiB), ...inRow(4, 1, 0)])).toHaveLength(2);
  });

  it('makes nothing of nothing', () => {
    expect(plain([])).toEqual([]);
  });
});
