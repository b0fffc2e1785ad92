import { basename, dirname, sep } from 'node:path';
import { type AnyIterable, batchesOf } from '@cairn/core';
import type { GroupKey } from './seen-rows.js';

/** Items whose files are in one folder, one after the other as they came; or items without a file, which have no key. */
export interface Group<T> {
  readonly key: GroupKey | undefined;
  readonly items: readonly T[];
  /** The place of the first item among all; the others follow. */
  readonly index: number;
}

export type FileGroup<T> = Group<T> & { readonly key: GroupKey };

export function isOfFiles<T>(group: Group<T>): group is FileGroup<T> {
  return group.key !== undefined;
}

/** A group has at most this many items. */
const maxItems = 1024;
/** A group ends after every so manieth name, on average. */
const averageItems = 256;

/** So many items that are there already are handed on at once. */
const itemsAtOnce = 1024;

/**
 * Gathers items that come one after the other and whose files are in the same folder. Where a group ends is said by the
 * name of its last file, so that a file more or less changes few groups. Yields several groups at a time, and never none.
 */
export async function* groupByFolder<T>(
  items: AnyIterable<T>,
  pathOf: (item: T) => string | undefined,
): AsyncGenerator<readonly Group<T>[], void, undefined> {
  const gatherer = new Gatherer(pathOf);
  if (Symbol.iterator in items) {
    // To wait for each of a million items that are there would take a second.
    for (const item of items) {
      gatherer.add(item);
      // What has no file may be a stream that waits for those before it.
      if (gatherer.count >= itemsAtOnce || gatherer.hasStream) yield gatherer.take();
    }
  } else {
    for await (const batch of batchesOf(items)) {
      gatherer.addAll(batch);
      if (gatherer.count > 0) yield gatherer.take();
    }
  }
  gatherer.close();
  if (gatherer.count > 0) yield gatherer.take();
}

class Gatherer<T> {
  readonly #pathOf: (item: T) => string | undefined;
  #groups: Group<T>[] = [];
  #items: T[] = [];
  #index = 0;
  #count = 0;
  #key: GroupKey | undefined;
  /** What begins the paths of the folder's files. */
  #prefix = '';

  constructor(pathOf: (item: T) => string | undefined) {
    this.#pathOf = pathOf;
  }

  /** How many items are in the groups that are whole. */
  get count(): number {
    return this.#count;
  }

  /** Whether the last of them has no file. */
  get hasStream(): boolean {
    return this.#count > 0 && this.#key === undefined;
  }

  addAll(items: readonly T[]): void {
    for (let i = 0; i < items.length; i++) this.add(items[i] as T);
  }

  add(item: T): void {
    const path = this.#pathOf(item);
    const isInFolder = this.#key === undefined ? path === undefined : path !== undefined && this.#has(path);
    if (!isInFolder) {
      this.close();
      this.#enter(path);
    }
    const name = path === undefined ? '' : path.slice(this.#prefix.length);
    if (this.#items.length === 0 && this.#key !== undefined) this.#key = { ...this.#key, first: name };
    this.#items.push(item);
    if (path === undefined || this.#items.length === maxItems || endsGroup(name)) this.close();
  }

  /** Ends the group that is open. */
  close(): void {
    const items = this.#items;
    if (items.length === 0) return;
    this.#groups.push({ key: this.#key, items, index: this.#index });
    this.#items = [];
    this.#index += items.length;
    this.#count += items.length;
  }

  /** Gives the groups that are whole. */
  take(): readonly Group<T>[] {
    const groups = this.#groups;
    this.#groups = [];
    this.#count = 0;
    return groups;
  }

  /** Whether a file is in the folder. There are many: `dirname` takes several times as long. */
  #has(path: string): boolean {
    const start = this.#prefix.length;
    if (!path.startsWith(this.#prefix) || path.includes('/', start)) return false;
    return sep === '/' || !path.includes(sep, start);
  }

  #enter(path: string | undefined): void {
    this.#key = path === undefined ? undefined : { folder: dirname(path), first: '' };
    this.#prefix = path === undefined ? '' : path.slice(0, path.length - basename(path).length);
  }
}

/** FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
function endsGroup(name: string): boolean {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (hash >>> 8) % averageItems === 0;
}
