import { basename, dirname } from 'node:path';
import type { AnyIterable } from '@cairn/core';
import type { GroupKey } from './seen-files.js';

/** Items whose files are in one folder, one after the other as they came; or items without a file, which have no key. */
export interface Group<T> {
  readonly key: GroupKey | undefined;
  readonly items: readonly T[];
  /** The place of the first item among all; the others follow. */
  readonly index: number;
}

/** A group has at most this many items. */
const maxItems = 4096;
/** A group ends after every so manieth name, on average. */
const averageItems = 1024;

/**
 * Gathers items that come one after the other and whose files are in the same folder. Where a group ends is said by the
 * name of its last file, so that a file more or less changes few groups.
 */
export async function* groupByFolder<T>(
  items: AnyIterable<T>,
  pathOf: (item: T) => string | undefined,
): AsyncGenerator<Group<T>, void, undefined> {
  let gathered: T[] = [];
  let folder: string | undefined;
  let first = '';
  let index = 0;
  const group = (): Group<T> => {
    const key = folder === undefined ? undefined : { folder, first };
    return { key, items: gathered, index: index - gathered.length };
  };
  for await (const item of items) {
    const path = pathOf(item);
    const itsFolder = path === undefined ? undefined : dirname(path);
    if (gathered.length > 0 && itsFolder !== folder) {
      yield group();
      gathered = [];
    }
    const name = path === undefined ? '' : basename(path);
    if (gathered.length === 0) {
      folder = itsFolder;
      first = name;
    }
    gathered.push(item);
    index++;
    // What has no file may be a stream that waits for those before it.
    if (path !== undefined && gathered.length < maxItems && !endsGroup(name)) continue;
    yield group();
    gathered = [];
  }
  if (gathered.length > 0) yield group();
}

/** FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
function endsGroup(name: string): boolean {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (hash >>> 8) % averageItems === 0;
}
