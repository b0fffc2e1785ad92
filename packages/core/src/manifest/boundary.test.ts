import fc from 'fast-check';
import { expect, test } from 'vitest';
import { endsLeaf } from './boundary.js';

/** As docs/manifest-format.md puts it, byte by byte. */
function endsLeafByBytes(path: string): boolean {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(path)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
  hash = (hash ^ (hash >>> 16)) >>> 0;
  return hash % 1024 === 0;
}

test('hashes the UTF-8 bytes of any path', () => {
  // One in 1,024 ends a leaf, so a path is extended until it does: both must stop at the same extension.
  const extendUntil = (path: string, ends: (path: string) => boolean) => {
    let i = 0;
    while (!ends(path + i)) i++;
    return i;
  };
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (path) => {
      expect(extendUntil(path, endsLeaf)).toBe(extendUntil(path, endsLeafByBytes));
    }),
    { numRuns: 50 },
  );
});

test.each([
  ['numbered', (i: number) => `images/${String(i).padStart(7, '0')}.png`],
  ['in folders', (i: number) => `${i % 10}/${i % 97}/part-${i}`],
  ['not in ASCII', (i: number) => `数据/${i}.bin`],
])('about one path in 1,024 ends a leaf where they are %s', (_, path) => {
  let ends = 0;
  for (let i = 0; i < 200_000; i++) if (endsLeaf(path(i))) ends++;
  expect(ends).toBeGreaterThan(130);
  expect(ends).toBeLessThan(260);
});
