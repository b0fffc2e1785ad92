import type { CallOptions } from '@cairn/core';
import { DigestSet } from '../packs/digest-set.js';
import { bytesOnDisk, recipeKind } from '../packs/pack-format.js';
import type { NeedsContext } from './context.js';
import { blobsOf, partsOf } from './needs.js';
import { objectPages } from './object-rows.js';
import { Uint32Column } from './uint32-column.js';
import { isDeleted, type VersionRow, versionsAfter } from './version-rows.js';

export interface VersionUse {
  readonly row: VersionRow;
  /** Bytes on the disk of all it needs. */
  readonly total: number;
  /** … of what only it needs. */
  readonly own: number;
}

export interface ObjectUse {
  /** Objects that versions need. */
  readonly count: number;
  /** Their bytes on the disk. */
  readonly bytes: number;
  readonly versions: readonly VersionUse[];
}

/** Stands for several versions. */
const several = 0xffffffff;

/** Which objects versions need, and which of them only one does. Takes some 30 bytes of memory for each object. */
export async function objectUse(context: NeedsContext, options: CallOptions): Promise<ObjectUse> {
  const { database } = context;
  const objects = new DigestSet(8);
  /** Of each object, in bytes on the disk; and whether it is a recipe. */
  const sizes = new Uint32Column();
  const recipes = new Uint32Column();
  for await (const page of objectPages(database, options)) {
    for (const { digest, length, kind, isCondemned } of page) {
      if (isCondemned) continue;
      const object = objects.add(digest);
      sizes.set(object, bytesOnDisk(length));
      if (kind === recipeKind) recipes.set(object, 1);
    }
  }
  /** Of each object: the number of the version that needs it, from 1, or {@link several}; and the last one seen to. */
  const owners = new Uint32Column();
  const latest = new Uint32Column();
  const versions: { row: VersionRow; total: number; own: number }[] = [];
  for await (const row of versionsAfter(database, 0, options)) {
    const version = { row, total: 0, own: 0 };
    versions.push(version);
    try {
      for await (const needed of blobsOf(context, row, options)) {
        for (const digest of needed) await use(version, digest);
      }
    } catch (error) {
      if (!(await isDeleted(database, row.id, options))) throw error;
    }
  }
  let [count, bytes] = [0, 0];
  for (let object = 0; object < objects.size; object++) {
    const owner = owners.get(object);
    if (owner === 0) continue;
    count++;
    bytes += sizes.get(object);
    const version = versions[owner - 1];
    if (version !== undefined) version.own += sizes.get(object);
  }
  return { count, bytes, versions };

  async function use(version: { total: number }, digest: Uint8Array): Promise<void> {
    const object = objects.find(digest);
    if (object < 0 || latest.get(object) === versions.length) return;
    latest.set(object, versions.length);
    version.total += sizes.get(object);
    owners.set(object, owners.get(object) === 0 ? versions.length : several);
    if (recipes.get(object) === 0) return;
    for (const part of await partsOf(context, digest, options)) await use(version, part);
  }
}
