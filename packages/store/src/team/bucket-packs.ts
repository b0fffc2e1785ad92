import { setTimeout as sleep } from 'node:timers/promises';
import type { Hasher } from '@cairn/core';
import { CairnError, type CallOptions, type ObjectStore, readAll } from '@cairn/core';
import { type FileSystem, readFileChunks } from '@cairn/file';
import type { PackEnd } from '../maintenance/pack-end.js';
import { endLength, footerBytes, isIntactEnd, readTable } from '../packs/pack-format.js';

/** All packs are below it. */
export const packPrefix = 'packs/';

/** How often an upload is tried. */
const maxTries = 5;

export function packKey(name: string): string {
  return `${packPrefix}${name}`;
}

/** Writes the file of a pack to a bucket, again if the bucket doesn't feel like it. */
export async function uploadPack(
  { objects, fs }: { readonly objects: ObjectStore; readonly fs: FileSystem },
  { name, path }: { readonly name: string; readonly path: string },
  { signal }: CallOptions,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    signal?.throwIfAborted();
    try {
      await objects.put(packKey(name), readFileChunks(path, { fs, signal }), { signal });
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (tries === maxTries || !CairnError.is(error) || !error.isRetryable) throw error;
    }
    await sleep(50 * 2 ** tries * Math.random(), undefined, { signal }).catch(() => signal?.throwIfAborted());
  }
}

/** A part of a pack; `undefined` if there is no such pack. What a pack is too short for is missing at the end. */
export async function readPart(
  objects: ObjectStore,
  name: string,
  { start, end }: { readonly start: number; readonly end: number },
  options: CallOptions,
): Promise<Uint8Array | undefined> {
  if (start === end) return new Uint8Array();
  try {
    return await readAll(objects.open(packKey(name), { ...options, range: { start, end } }));
  } catch (error) {
    if (CairnError.is(error, 'not_found')) return undefined;
    throw error;
  }
}

/** Reads the table of a pack, by what its row says of it, and makes sure that it is as it was written. */
export async function readBucketEnd(
  { objects, hasher }: { readonly objects: ObjectStore; readonly hasher: Hasher },
  { name, size, recordCount }: { readonly name: string; readonly size: number; readonly recordCount: number },
  options: CallOptions,
): Promise<PackEnd> {
  const length = recordCount * 40 + footerBytes;
  const end = await readPart(objects, name, { start: Math.max(0, size - length), end: size }, options);
  if (end === undefined) return { state: 'missing' };
  const isWhole = end.length === length && endLength(end.subarray(-footerBytes)) === length;
  if (!isWhole || !isIntactEnd(end, hasher)) return { state: 'damaged', size };
  const records = [...readTable(end)];
  const last = records.at(-1);
  if ((last === undefined ? 0 : last.start + last.length) !== size - length)
    return { state: 'damaged', size };
  return { state: 'intact', size, records, end };
}
