import { loadHasher } from '@cairn/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endLength, footerBytes, isIntactEnd, PackTable, type RecordKind, readTable } from './pack-format.js';

const hasher = await loadHasher('blake3');

const row = fc.record({
  digest: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  kind: fc.constantFrom<RecordKind>(0, 1),
  length: fc.oneof(fc.nat(300_000), fc.constantFrom(0, 1, 2 ** 32 - 1)),
});

function tableOf(rows: readonly { digest: Uint8Array; kind: RecordKind; length: number }[]): Buffer {
  const table = new PackTable();
  for (const { digest, kind, length } of rows) table.add(digest, kind, length);
  expect(table.count).toBe(rows.length);
  return table.end(hasher);
}

describe('the table of a pack', () => {
  it('comes back as it was written, whatever its rows', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 300, size: 'max' }), (rows) => {
        const end = tableOf(rows);
        expect(endLength(end.subarray(-footerBytes))).toBe(end.length);
        expect(isIntactEnd(end, hasher)).toBe(true);
        let start = 0;
        const expected = rows.map(({ digest, kind, length }) => {
          const record = { digest: Buffer.from(digest), kind, start, length };
          start += length;
          return record;
        });
        expect([...readTable(end)]).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('is not intact when any of its bits is wrong, or a byte is missing or too many', () => {
    const end = tableOf([{ digest: Buffer.alloc(32, 7), kind: 1, length: 99 }]);
    for (let bit = 0; bit < end.length * 8; bit++) {
      const wrong = Buffer.from(end);
      wrong[bit >> 3] = (wrong[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(isIntactEnd(wrong, hasher)).toBe(false);
    }
    expect(isIntactEnd(end.subarray(1), hasher)).toBe(false);
    expect(isIntactEnd(end.subarray(0, -1), hasher)).toBe(false);
    expect(isIntactEnd(Buffer.concat([Buffer.alloc(1), end]), hasher)).toBe(false);
  });

  it('has no length when the footer is that of something else', () => {
    const footer = tableOf([]).subarray(-footerBytes);
    expect(endLength(footer)).toBe(footerBytes);
    expect(endLength(footer.subarray(1))).toBeUndefined();
    expect(endLength(Buffer.alloc(footerBytes))).toBeUndefined();
    expect(endLength(Buffer.alloc(0))).toBeUndefined();
    expect(isIntactEnd(Buffer.alloc(0), hasher)).toBe(false);
    expect(isIntactEnd(Buffer.alloc(footerBytes), hasher)).toBe(false);
  });
});
