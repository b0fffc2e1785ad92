import { createHash } from 'node:crypto';
import type { GsSdk } from './client.js';
import type { ContentHash } from './reference-record.js';

/** Hashes bytes as they come, and knows at their end whether they are the right ones. */
export interface ContentCheck {
  update(chunk: Uint8Array): void;
  isRight(): boolean;
}

/** A check against a hash; `undefined` where there is none. */
export function checkedBy(sdk: GsSdk, expected: ContentHash | undefined): ContentCheck | undefined {
  if (expected === undefined) return undefined;
  if (expected.algorithm === 'md5') {
    const md5 = createHash('md5');
    return { update: (chunk) => void md5.update(chunk), isRight: () => md5.digest('hex') === expected.value };
  }
  const crc32c = new sdk.CRC32C();
  return {
    update: (chunk) => crc32c.update(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)),
    isRight: () => Buffer.from(crc32c.toString(), 'base64').toString('hex') === expected.value,
  };
}
