import { createCipheriv, createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createChunker } from './chunker.js';
import { type ChunkerParams, defaultChunker, gearWindow } from './chunker-params.js';
import { gearTable } from './gear-table.js';

const small: ChunkerParams = { name: 'gear-v1', min: 40, average: 128, max: 400 };

/** AES-256 in counter mode, its key all zeros but for the number it begins with: anyone can make these bytes. */
function randomBytes(length: number, seed = 0): Buffer {
  const key = Buffer.alloc(32);
  key.writeUInt32BE(seed);
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** Where chunks end when the data arrives in parts of these lengths, over and over. */
function cutsOf(data: Uint8Array, params: ChunkerParams, reads: readonly number[] = [data.length]): number[] {
  const { buffer, cut } = createChunker(params, params.max + Math.max(...reads));
  buffer.fill(0xaa);
  const cuts: number[] = [];
  let filled = 0;
  let start = 0; // in the buffer
  for (let read = 0, turn = 0; read < data.length || start < filled; turn++) {
    buffer.copyWithin(0, start, filled);
    filled -= start;
    start = 0;
    const part = data.subarray(read, read + (reads[turn % reads.length] as number));
    buffer.set(part, filled);
    filled += part.length;
    read += part.length;
    for (;;) {
      const end = start < filled ? cut(start, filled, read === data.length) : undefined;
      if (end === undefined) break;
      start = end;
      cuts.push(read - filled + end);
    }
    expect(filled - start).toBeLessThan(read === data.length ? 1 : params.max);
  }
  return cuts;
}

/** The rule, word by word: slow, and without a rolling hash. */
function cutsByRule(data: Uint8Array, { min, average, max }: ChunkerParams): number[] {
  const table = gearTable();
  const isCut = (end: number) => {
    let hash = 0;
    for (let i = 0; i < gearWindow; i++) hash += (table[data[end - 1 - i] as number] as number) * 2 ** i;
    return hash % 2 ** 32 < Math.floor((2 ** 32 - 1) / (average - min));
  };
  const cuts: number[] = [];
  for (let start = 0; start < data.length; start = cuts.at(-1) as number) {
    const last = Math.min(start + max, data.length);
    let end = Math.min(start + min, last);
    while (end < last && !isCut(end)) end++;
    cuts.push(end);
  }
  return cuts;
}

/** Random bytes, bytes of few kinds, and runs of one byte, in any order. */
const anyData = fc
  .array(
    fc.oneof(
      fc
        .record({ seed: fc.nat(), length: fc.nat(3000) })
        .map(({ seed, length }) => randomBytes(length, seed)),
      fc.uint8Array({ max: 3, maxLength: 200 }),
      fc
        .record({ byte: fc.nat(255), length: fc.nat(1000) })
        .map(({ byte, length }) => Buffer.alloc(length, byte)),
    ),
    { maxLength: 5 },
  )
  .map((parts) => Buffer.concat(parts));

const anyParams = fc
  .tuple(fc.integer({ min: gearWindow, max: 200 }), fc.integer({ min: 1, max: 200 }), fc.nat(600))
  .map(
    ([min, more, most]): ChunkerParams => ({
      name: 'gear-v1',
      min,
      average: min + more,
      max: min + more + most,
    }),
  );

describe('createChunker', () => {
  test('cuts where the rule says, within bounds, however the data arrives', () => {
    const anyReads = fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(anyData, anyParams, anyReads, (data, params, reads) => {
        const cuts = cutsOf(data, params, reads);
        expect(cuts).toEqual(cutsByRule(data, params));
        const lengths = cuts.map((end, i) => end - (cuts[i - 1] ?? 0));
        expect(lengths.every((length) => length > 0 && length <= params.max)).toBe(true);
        expect(lengths.slice(0, -1).every((length) => length >= params.min)).toBe(true);
        expect(cuts.at(-1) ?? 0).toBe(data.length);
      }),
    );
  });

  test('cuts a chunk wherever it lies in the buffer', () => {
    const { buffer, cut } = createChunker(small, 4000);
    const data = randomBytes(small.max);
    const [end] = cutsByRule(data, small) as [number];
    for (const start of [0, 1, 31, 1999, 4000 - small.max]) {
      buffer.fill(0xaa).set(data, start);
      expect(cut(start, start + small.max, false)).toBe(start + end);
      expect(cut(start, start + end, false)).toBe(start + end);
      expect(cut(start, start + end - 1, false)).toBeUndefined();
      expect(cut(start, start + end - 1, true)).toBe(start + end - 1);
    }
  });

  test('cuts what has no variety at the maximum', () => {
    expect(cutsOf(Buffer.alloc(1000), small)).toEqual([400, 800, 1000]);
  });

  test('cuts differently only near an edit', () => {
    const length = 60_000;
    const reach = 100 * small.average; // that no cut coincides for so long is less likely than 1 in 10^20
    const edits = fc.record({
      seed: fc.nat(),
      at: fc.nat(length - 1000),
      removed: fc.nat(1000),
      added: fc.nat(1000),
    });
    fc.assert(
      fc.property(edits, ({ seed, at, removed, added }) => {
        const before = randomBytes(length, seed);
        const inserted = randomBytes(added, seed + 1);
        const after = Buffer.concat([before.subarray(0, at), inserted, before.subarray(at + removed)]);
        const moved = added - removed;
        const old = cutsOf(before, small);
        const cuts = cutsOf(after, small);
        expect(cuts.filter((end) => end <= at)).toEqual(old.filter((end) => end <= at));
        const far = at + removed + reach;
        expect(cuts.filter((end) => end - moved > far)).toEqual(
          old.filter((end) => end > far).map((end) => end + moved),
        );
      }),
    );
  });
});

describe('gear-v1 never changes', () => {
  test('the table is that of SplitMix64', () => {
    const table = gearTable();
    expect([...table.subarray(0, 3)]).toEqual([0xe220a839, 0x6e789e6a, 0x06c45d18]);
    expect(createHash('sha256').update(table).digest('hex')).toMatchInlineSnapshot(
      `"03914a412554b12d6c511c541127b67fd84c0b765a2e8dc4f2623507c8eb06f0"`,
    );
  });

  test('the cuts of 16 MiB', () => {
    const data = randomBytes(16 * 1024 * 1024);
    const cuts = cutsOf(data, { name: 'gear-v1', min: 16_384, average: 32_768, max: 262_144 });
    expect(cuts.slice(0, 6)).toMatchInlineSnapshot(`
      [
        20406,
        52477,
        104772,
        133040,
        191382,
        210188,
      ]
    `);
    expect(cuts.length).toMatchInlineSnapshot(`531`);
    expect(createHash('sha256').update(JSON.stringify(cuts)).digest('hex')).toMatchInlineSnapshot(
      `"42b64293644db6918bffdd0c081a1b681a22581727e744b10c1a5ef0777c27c4"`,
    );
  });

  test('the default', () => {
    expect(defaultChunker).toEqual({ name: 'gear-v1', min: 16_384, average: 32_768, max: 262_144 });
  });
});
