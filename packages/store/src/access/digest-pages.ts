import { digestBytes } from '../packs/pack-format.js';

/** Some of a list of digests, for one statement. */
export interface DigestPage {
  /** One after the other, nearly in the order of their bytes. So lie rows, and each part of a table is gone to once. */
  readonly bytes: Uint8Array;
  /** Of each digest: where it was in the list. */
  readonly places: Uint32Array;
}

/** How many digests a statement names. Nothing else of the process runs meanwhile. */
const pageCount = 16_384;
/** How many are put in order at once: more would not fit into a number together with their places. */
const blockCount = 2 ** 20;

export function* digestPages(digests: readonly Uint8Array[]): Generator<DigestPage> {
  for (let start = 0; start < digests.length; start += blockCount) {
    const order = inOrder(digests, start, Math.min(start + blockCount, digests.length));
    for (let at = 0; at < order.length; at += pageCount) {
      const places = order.subarray(at, at + pageCount);
      yield { bytes: bytesAt(digests, places), places };
    }
  }
}

/** Some of a list of digests, one after the other. */
export function bytesAt(digests: readonly Uint8Array[], places: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(places.length * digestBytes);
  for (const [i, place] of places.entries()) bytes.set(digests[place] as Uint8Array, i * digestBytes);
  return bytes;
}

/** Places by the first four bytes of their digests: both in one number, for numbers are sorted fastest. */
function inOrder(digests: readonly Uint8Array[], start: number, end: number): Uint32Array {
  const keys = new Float64Array(end - start);
  for (let i = start; i < end; i++) {
    const [a, b, c, d] = digests[i] as unknown as [number, number, number, number];
    keys[i - start] = (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) * blockCount + (i - start);
  }
  return Uint32Array.from(keys.sort(), (key) => start + (key % blockCount));
}
