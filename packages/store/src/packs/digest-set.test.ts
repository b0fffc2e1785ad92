import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { DigestSet } from './digest-set.js';

const digests = Array.from({ length: 3000 }, (_, i) => createHash('sha256').update(`${i}`).digest());

it('a set that was cleared knows nothing of what was in it', () => {
  const set = new DigestSet(32);
  for (const digest of digests) set.add(digest);
  set.clear();
  expect(set.size).toBe(0);
  expect(digests.some((digest) => set.has(digest))).toBe(false);
  const others = digests.slice(1000).reverse();
  for (const [i, digest] of others.entries()) expect(set.add(digest)).toBe(i);
  expect(digests.map((digest) => set.find(digest))).toEqual(
    digests.map((_, i) => (i < 1000 ? -1 : digests.length - 1 - i)),
  );
});
