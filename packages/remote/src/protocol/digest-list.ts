import { CairnError, type ContentAlgorithm, type ContentDigest } from '@cairn/core';

/** How many bytes a digest has without its algorithm. */
export const digestBytes = 32;

/** Digests one after the other, without their algorithm. */
export function encodeDigests(digests: readonly ContentDigest[]): Uint8Array {
  const bytes = Buffer.alloc(digests.length * digestBytes);
  for (const [i, digest] of digests.entries()) {
    bytes.write(digest.slice(digest.indexOf(':') + 1), i * digestBytes, digestBytes, 'hex');
  }
  return bytes;
}

/** The bytes of each digest in a list. @throws CairnError `unsupported_format` when it is no list, or too long. */
export function splitDigests(bytes: Uint8Array, max: number): Uint8Array[] {
  const count = bytes.length / digestBytes;
  if (!Number.isInteger(count) || count > max) {
    throw new CairnError('unsupported_format', `${bytes.length} bytes are no list of digests`, {
      hint: `A digest has ${digestBytes} bytes, and a list at most ${max} digests.`,
    });
  }
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * digestBytes, (i + 1) * digestBytes));
}

/** The name of a digest by its bytes. */
export function nameDigest(algorithm: ContentAlgorithm, digest: Uint8Array): ContentDigest {
  return `${algorithm}:${Buffer.from(digest.buffer, digest.byteOffset, digest.length).toString('hex')}`;
}

/** A bit for each flag, which is 0 or 1; the first is the lowest bit of the first byte. */
export function encodeBitmap(flags: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(flags.length / 8));
  for (const [i, flag] of flags.entries()) {
    if (flag === 1) bytes[i >> 3] = (bytes[i >> 3] as number) | (1 << (i & 7));
  }
  return bytes;
}

/** So many flags, 0 or 1 each; `undefined` when the bitmap has another length. */
export function decodeBitmap(bytes: Uint8Array, count: number): Uint8Array | undefined {
  if (bytes.length !== Math.ceil(count / 8)) return undefined;
  return Uint8Array.from({ length: count }, (_, i) => ((bytes[i >> 3] as number) >> (i & 7)) & 1);
}
