import type { CallOptions, ObjectStore } from '@cairn/core';
import type { PackFile } from '../maintenance/stats.js';
import { packPrefix } from './bucket-packs.js';
import type { PackObject, PackObjects } from './pack-objects.js';

interface Listed {
  readonly objects: ObjectStore;
}

const packName = /^[0-9a-f]{32}$/;

/**
 * The objects that are packs.
 *
 * @param prefix Default: that of all packs.
 */
export async function* objectsOfPacks(
  { objects }: Listed,
  { prefix = packPrefix, ...options }: CallOptions & { readonly prefix?: string } = {},
): AsyncGenerator<PackObject, void, undefined> {
  for await (const { key, size } of objects.list(prefix, options)) {
    const name = key.slice(prefix.length);
    if (packName.test(name)) yield { name, size };
  }
}

/** The same, and how much of them are packs. */
export async function* filesOfPacks(
  context: Listed & { readonly packObjects: PackObjects },
  options: CallOptions = {},
): AsyncGenerator<PackFile, void, undefined> {
  const { packSize } = context.packObjects;
  for await (const { name, size } of objectsOfPacks(context, options)) {
    yield { name, size, packSize: packSize(size) };
  }
}
