import { compareUtf8, type Entry, type Manifest, sortByUtf8 } from '@cairn/core';
import type { DraftEntry } from './draft-entry.js';
import type { Totals } from './entry-tree.js';
import { keptEntry, type Origin } from './kept-entries.js';

/** No name can come after this one: it is longer than a name may be, and of the last character there is. */
const lastName = '\u{10ffff}'.repeat(64);

/**
 * What a draft has of the version it was made from: all of it, but for what is hidden because it was removed or replaced.
 * Only what is asked for is read of the manifest.
 */
export class Base {
  readonly manifest: Manifest;
  readonly origin: Origin;
  readonly #hidden = new Map<string, Entry>();
  /** With a slash at the end; what is in these is not in `#hidden`. */
  readonly #hiddenFolders = new Map<string, Totals>();

  constructor(manifest: Manifest, origin: Origin) {
    this.manifest = manifest;
    this.origin = origin;
  }

  /** What of it is not hidden. */
  get totals(): Totals {
    const { entryCount, size, references } = this.manifest;
    const totals = {
      entries: entryCount,
      files: entryCount - references.entries,
      bytes: size - references.size,
    };
    for (const entry of this.#hidden.values()) count(entry, -1, totals);
    for (const { entries, files, bytes } of this.#hiddenFolders.values()) {
      totals.entries -= entries;
      totals.files -= files;
      totals.bytes -= bytes;
    }
    return totals;
  }

  /** The folders of which nothing is left, none of them in another, in order; each with a slash at the end. */
  get removedFolders(): string[] {
    return sortByUtf8([...this.#hiddenFolders.keys()], (folder) => folder);
  }

  /** The paths of the single entries that are hidden, in order. */
  get removedPaths(): string[] {
    return sortByUtf8([...this.#hidden.keys()], (path) => path);
  }

  /** An entry of it as one of a draft. */
  draftOf(entry: Entry): DraftEntry {
    return keptEntry(entry, this.origin);
  }

  async get(path: string): Promise<Entry | undefined> {
    return this.#isHidden(path) ? undefined : this.manifest.get(path);
  }

  /** All that is not hidden, many at a time. */
  async *entries(): AsyncGenerator<DraftEntry[]> {
    for await (const batch of this.manifest.batches()) {
      yield batch.filter(({ path }) => !this.#isHidden(path)).map((entry) => this.draftOf(entry));
    }
  }

  /** Any entry whose path starts with this. */
  async firstBelow(prefix: string): Promise<DraftEntry | undefined> {
    if (this.#isHidden(prefix)) return undefined;
    for await (const entry of this.manifest.entries({ prefix })) {
      if (!this.#isHidden(entry.path)) return this.draftOf(entry);
    }
    return undefined;
  }

  /** What is right in a folder, given with a slash at the end. What is below its folders is passed over. */
  async listing(
    prefix: string,
  ): Promise<{ readonly files: ReadonlyMap<string, Entry>; readonly folders: ReadonlySet<string> }> {
    const files = new Map<string, Entry>();
    const folders = new Set<string>();
    let after: string | undefined;
    for (let isMore = true; isMore; ) {
      isMore = false;
      for await (const entry of this.manifest.entries({ prefix, after })) {
        if (this.#isHidden(entry.path)) continue;
        const name = entry.path.slice(prefix.length);
        const slash = name.indexOf('/');
        if (slash < 0) files.set(name, entry);
        else {
          folders.add(name.slice(0, slash));
          after = `${prefix}${name.slice(0, slash)}/${lastName}`;
          isMore = true;
          break;
        }
      }
    }
    return { files, folders };
  }

  hide(entry: Entry): void {
    this.#hidden.set(entry.path, entry);
  }

  show({ path }: Entry): void {
    this.#hidden.delete(path);
  }

  /** Hides all whose path starts with this, which ends with a slash; `false` if there is nothing more to hide. */
  async hideFolder(prefix: string): Promise<boolean> {
    if ((await this.firstBelow(prefix)) === undefined) return false;
    const totals = await this.#totalsBelow(prefix);
    for (const [path] of this.#hidden) if (path.startsWith(prefix)) this.#hidden.delete(path);
    for (const [path] of this.#hiddenFolders) if (path.startsWith(prefix)) this.#hiddenFolders.delete(path);
    this.#hiddenFolders.set(prefix, totals);
    return true;
  }

  /** Leaves that are in the folder as a whole are counted without reading them. */
  async #totalsBelow(prefix: string): Promise<Totals> {
    const totals = { entries: 0, files: 0, bytes: 0 };
    const { leaves } = this.manifest;
    for (const [i, { first, entryCount, size, references }] of leaves.entries()) {
      const next = leaves[i + 1]?.first;
      if (first.startsWith(prefix) && next?.startsWith(prefix) === true) {
        totals.entries += entryCount;
        totals.files += entryCount - (references?.entries ?? 0);
        totals.bytes += size - (references?.size ?? 0);
      } else if (
        (next === undefined || compareUtf8(next, prefix) > 0) &&
        (first.startsWith(prefix) || compareUtf8(first, prefix) < 0)
      ) {
        const leaf = await this.manifest.openLeaf(leaves[i] as (typeof leaves)[number]);
        for (const piece of leaf.entriesFrom(leaf.find(prefix))) {
          for (const entry of piece) if (entry.path.startsWith(prefix)) count(entry, 1, totals);
        }
      }
    }
    return totals;
  }

  #isHidden(path: string): boolean {
    if (this.#hidden.has(path)) return true;
    if (this.#hiddenFolders.size === 0) return false;
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      if (this.#hiddenFolders.has(path.slice(0, slash + 1))) return true;
    }
    return false;
  }
}

function count(entry: Entry, times: 1 | -1, totals: Totals): void {
  totals.entries += times;
  if (entry.kind === 'reference') return;
  totals.files += times;
  totals.bytes += times * entry.size;
}
