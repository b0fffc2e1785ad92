import { setTimeout as sleep } from 'node:timers/promises';
import { CairnError, type CallOptions, type Hasher, type ObjectStore } from '@cairn/core';
import { type FileSystem, readFileChunks } from '@cairn/file';
import type { PackEnd } from '../maintenance/pack-end.js';
import { endLength, footerBytes, isIntactEnd, readTable } from '../packs/pack-format.js';
import type { PackObject, PackObjects } from './pack-objects.js';

/** All packs are below it. */
export const packPrefix = 'packs/';

/** Below it is what others put into the bucket by signed requests, until it is read and its pack is below `packs/`. */
export const incomingPrefix = 'incoming/';

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

/** Reads the table of a pack, by what its row says of it, and makes sure that it is as it was written. */
export async function readBucketEnd(
  { packObjects, hasher }: { readonly packObjects: PackObjects; readonly hasher: Hasher },
  pack: PackObject & { readonly recordCount: number },
  options: CallOptions,
): Promise<PackEnd> {
  const { size } = pack;
  const length = pack.recordCount * 40 + footerBytes;
  const packSize = packObjects.packSize(size);
  const end = await packObjects.read(pack, { start: Math.max(0, packSize - length), end: packSize }, options);
  if (end === undefined) return { state: 'missing' };
  const isWhole = end.length === length && endLength(end.subarray(-footerBytes)) === length;
  return isWhole ? decodeEnd(end, { size, packSize }, hasher) : { state: 'damaged', size };
}

/** So much of the end of a pack is read with the first request, in bytes: the whole table, if it has few records. */
const guessBytes = 64 * 1024;

/** The same for a pack of which no row is believed: by its own footer. */
export async function readEndOfObject(
  { packObjects, hasher }: { readonly packObjects: PackObjects; readonly hasher: Hasher },
  pack: PackObject,
  options: CallOptions,
): Promise<PackEnd> {
  const { size } = pack;
  const packSize = packObjects.packSize(size);
  const damaged = { state: 'damaged', size } as const;
  const read = (length: number) =>
    packObjects.read(pack, { start: Math.max(0, packSize - length), end: packSize }, options);
  if (packSize < footerBytes) return damaged;
  let end = await read(guessBytes);
  if (end === undefined) return { state: 'missing' };
  const length = endLength(end.subarray(-footerBytes));
  if (length === undefined || length > packSize) return damaged;
  if (length > end.length) end = await read(length);
  if (end === undefined) return { state: 'missing' };
  return decodeEnd(end.subarray(-length), { size, packSize }, hasher);
}

function decodeEnd(
  end: Uint8Array,
  { size, packSize }: { readonly size: number; readonly packSize: number },
  hasher: Hasher,
): PackEnd {
  if (!isIntactEnd(end, hasher)) return { state: 'damaged', size };
  const records = [...readTable(end)];
  const last = records.at(-1);
  if ((last === undefined ? 0 : last.start + last.length) !== packSize - end.length)
    return { state: 'damaged', size };
  return { state: 'intact', size, records, end };
}
