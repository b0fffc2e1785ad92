import { readFile, stat } from 'node:fs/promises';
import type { FileStamp } from '@cairn/core';

/** What a file looks like now. */
export async function stampOf(path: string): Promise<FileStamp> {
  const { size, mtimeMs, ctimeMs, ino } = await stat(path);
  return { size, mtimeMs, ctimeMs, ino };
}

/** The contents of a file as a plain `Uint8Array`. */
export async function readFileBytes(path: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(path));
}
