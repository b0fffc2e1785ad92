import type { CallOptions } from '@cairn/core';
import { keyOf } from '../packs/pack-index.js';
import type { RecordReader } from '../packs/record-reader.js';
import type { Reliability } from './reliability.js';

/** Which records a store lacks, or can't rely on; see `PackIntake.lacks`. */
export async function lacksOf(
  reader: RecordReader,
  reliable: Reliability,
  digests: readonly Uint8Array[],
  options: CallOptions,
): Promise<Uint8Array> {
  const lacked = new Uint8Array(digests.length);
  const found = await reader.find(digests, options);
  for (const [i, digest] of digests.entries()) {
    const location = found.get(keyOf(digest));
    if (location === undefined || !(await reliable.includes(digest, location))) lacked[i] = 1;
  }
  return lacked;
}
