import { randomUUID } from 'node:crypto';
import { lstat, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { CairnError, type FileStamp, quote } from '@cairn/core';

/** Reads a file for a memory store: the simplest way that keeps the contract of path sources. */
export async function* readStamped(path: string, stamp: FileStamp | undefined): AsyncIterable<Uint8Array> {
  await checkStamp(path, stamp);
  const bytes = await readFile(path).catch((cause) => {
    throw gone(path, cause);
  });
  await checkStamp(path, stamp);
  yield new Uint8Array(bytes);
}

async function checkStamp(path: string, stamp: FileStamp | undefined): Promise<void> {
  if (stamp === undefined) return;
  const now = await stat(path).catch((cause) => {
    throw gone(path, cause);
  });
  const keys = ['size', 'mtimeMs', 'ctimeMs', 'ino'] as const;
  if (keys.every((key) => now[key] === stamp[key])) return;
  throw new CairnError('source_changed', `${quote(path)} has changed since it was added`);
}

function gone(path: string, cause: unknown): CairnError {
  return new CairnError('not_found', `${quote(path)} can't be read`, { cause });
}

/** Makes a file for a memory store: the simplest way that keeps the contract of `copyTo`. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<boolean> {
  if (await isRight(path, bytes)) return false;
  const temporary = `${path}.${randomUUID()}`;
  try {
    await writeFile(temporary, bytes, { flag: 'wx' });
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  return true;
}

async function isRight(path: string, bytes: Uint8Array): Promise<boolean> {
  const isFile = await lstat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  return isFile && Buffer.compare(await readFile(path), bytes) === 0;
}

/** What a file looks like now. */
export async function stampOf(path: string): Promise<FileStamp> {
  const { size, mtimeMs, ctimeMs, ino } = await stat(path);
  return { size, mtimeMs, ctimeMs, ino };
}

/** The contents of a file as a plain `Uint8Array`. */
export async function readFileBytes(path: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(path));
}
