import type { ChunkerParams } from './chunker-params.js';
import { gearTable } from './gear-table.js';
import { gearWasm } from './gear-wasm.js';

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

/** What is used of WebAssembly, whose types come with those of browsers only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** `gear.wat` says what `find` does. */
interface GearExports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  find(at: number, end: number, limit: number): number;
}

const pageBytes = 64 * 1024;

/** @param bufferBytes At least `params.max`. */
export function createChunker(params: ChunkerParams, bufferBytes: number): Chunker {
  const module = new WebAssembly.Module(Buffer.from(gearWasm, 'base64'));
  const { memory, find } = new WebAssembly.Instance(module).exports as GearExports;
  const table = gearTable();
  memory.grow(Math.ceil((table.byteLength + bufferBytes) / pageBytes));
  new Uint8Array(memory.buffer).set(new Uint8Array(table.buffer));
  const buffer = new Uint8Array(memory.buffer, table.byteLength, bufferBytes);

  const { min, average, max } = params;
  const threshold = Math.floor((2 ** 32 - 1) / (average - min));
  return {
    params,
    buffer,
    cut(start, end, isLast) {
      const limit = Math.min(end, start + max);
      const from = buffer.byteOffset;
      const found = find(from + start + min - 1, from + limit, threshold);
      if (found !== 0) return found - from;
      return isLast || limit === start + max ? limit : undefined;
    },
  };
}
