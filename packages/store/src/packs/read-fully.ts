import type { SyncFileSystem } from '@cairn/file';

/** Which part of a buffer to fill, and from where. */
export interface Filling {
  readonly buffer: Uint8Array;
  /** In the buffer. Default: 0. */
  readonly at?: number;
  readonly length: number;
  /** In the file; `null` for where the last reading ended. */
  readonly position: number | null;
}

/** Reads as much as asked for, and returns how much that was: less where the file ends. */
export function readFully(
  fs: SyncFileSystem,
  file: number,
  { buffer, at = 0, length, position }: Filling,
): number {
  let filled = 0;
  while (filled < length) {
    const from = position === null ? null : position + filled;
    const count = fs.readSync(file, buffer, at + filled, length - filled, from);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}
