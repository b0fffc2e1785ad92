import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { digestPages } from './digest-pages.js';

test.each([0, 1, 2, 16_384, 40_000])('pages of %i digests have each once, with its place', (count) => {
  const digests = Array.from({ length: count }, () => randomBytes(32));
  const seen = new Uint8Array(count);
  let pages = 0;
  for (const { bytes, places } of digestPages(digests)) {
    pages++;
    expect(bytes.length).toBe(32 * places.length);
    for (const [i, place] of places.entries()) {
      seen[place] = (seen[place] as number) + 1;
      if (Buffer.compare(bytes.subarray(32 * i, 32 * i + 32), digests[place] as Buffer) !== 0) {
        expect.unreachable(`the digest at ${place} is another`);
      }
    }
  }
  expect(seen.every((times) => times === 1)).toBe(true);
  expect(pages).toBe(Math.ceil(count / 16_384));
});

test('more than a million digests have their places too', () => {
  const few = Array.from({ length: 1000 }, () => randomBytes(32));
  const digests = Array.from({ length: 2 ** 20 + 5 }, (_, i) => few[i % few.length] as Uint8Array);
  const seen = new Uint8Array(digests.length);
  for (const { places } of digestPages(digests)) for (const place of places) seen[place] = 1;
  expect(seen.includes(0)).toBe(false);
});

test('the digests of a page come in the order of their first bytes', () => {
  const digests = Array.from({ length: 1000 }, () => randomBytes(32));
  const [page] = digestPages(digests);
  const starts = Array.from(page?.places ?? [], (place) => (digests[place] as Buffer).readUInt32BE());
  expect(starts).toEqual(starts.toSorted((a, b) => a - b));
});
