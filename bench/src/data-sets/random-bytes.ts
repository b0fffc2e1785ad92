import { createCipheriv, createHash } from 'node:crypto';

/** Bytes that nothing compresses, the same for the same seed. */
export interface RandomBytes {
  /** The next `count` bytes; valid until the program ends. */
  take(count: number): Buffer;
  /** The next whole number from `low` up to and including `high`. */
  between(low: number, high: number): number;
}

export function randomBytes(seed: string): RandomBytes {
  const key = createHash('sha256').update(seed).digest().subarray(0, 16);
  const stream = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  const take = (count: number): Buffer => stream.update(Buffer.alloc(count));
  return {
    take,
    between: (low, high) => low + (take(4).readUInt32LE() % (high - low + 1)),
  };
}
