import { type ChunkerParams, gearWindow } from './chunker-params.js';
import { gearTable } from './gear-table.js';

/** Finds where the chunks of a blob end. Synchronous, for one blob at a time. */
export interface Chunker {
  readonly params: ChunkerParams;
  /** The memory that data is read into; its length is given at creation. */
  readonly buffer: Uint8Array;
  /**
   * Where the chunk that begins at `start` ends, if that can be told from the bytes up to `end`; else `undefined`: more
   * bytes are needed, which is never so from `params.max` bytes on. With `isLast`, the data ends at `end`.
   */
  cut(start: number, end: number, isLast: boolean): number | undefined;
}

/** @param bufferBytes At least `params.max`. */
export function createChunker(params: ChunkerParams, bufferBytes: number): Chunker {
  const table = gearTable();
  const buffer = new Uint8Array(bufferBytes);
  const { min, average, max } = params;
  const rare = Math.floor(2 ** 30 / average);
  const common = Math.floor(2 ** 34 / average);

  return {
    params,
    buffer,
    cut(start, end, isLast) {
      const limit = Math.min(end, start + max);
      let hash = 0;
      for (let at = start + min - gearWindow; at < limit; ) {
        hash = ((hash << 1) + (table[buffer[at] as number] as number)) >>> 0;
        at += 1;
        if (at >= start + min && hash < (at < start + average ? rare : common)) return at;
      }
      return isLast || limit === start + max ? limit : undefined;
    },
  };
}
