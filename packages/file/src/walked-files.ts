import type { FileStamp } from '@cairn/core';

/** Regular files that are in one folder, in columns: a hundred thousand objects would cost more than looking at the files. */
export interface WalkedFiles {
  /** `''`, or the folder's path below the root with a slash at the end. */
  readonly prefix: string;
  /** The folder, absolute, with a separator at the end. */
  readonly folder: string;
  /** In ascending order of their UTF-8 bytes. */
  readonly names: readonly string[];
  /** Four numbers for each name: those of its {@link FileStamp}, as {@link stampAt} takes them. */
  readonly stamps: ArrayLike<number>;
}

/** The stamp of a file, by its position. */
export function stampAt({ stamps }: Pick<WalkedFiles, 'stamps'>, index: number): FileStamp {
  return new StampInColumns(stamps, index * 4);
}

/** No literal: V8 takes those of which many live for a moment for long-lived, and then leaves them to full collections. */
class StampInColumns implements FileStamp {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;

  constructor(stamps: ArrayLike<number>, at: number) {
    this.size = stamps[at] as number;
    this.mtimeMs = stamps[at + 1] as number;
    this.ctimeMs = stamps[at + 2] as number;
    this.ino = stamps[at + 3] as number;
  }
}

/** Puts a stamp behind those of the names before. */
export function pushStamp(stamps: number[], { size, mtimeMs, ctimeMs, ino }: FileStamp): void {
  stamps.push(size, mtimeMs, ctimeMs, ino);
}
