import { CairnError, checkPath, quote } from '@cairn/core';
import { type DraftEntry, describeSource, isSameContent } from './draft-entry.js';

/** The entries of a draft by path. Makes sure that no path is there twice, and none is both a file and a folder. */
export class EntryTable {
  readonly #entries = new Map<string, DraftEntry>();
  /** How many entries are below each folder, at any depth. */
  readonly #folders = new Map<string, number>();

  get size(): number {
    return this.#entries.size;
  }

  values(): IterableIterator<DraftEntry> {
    return this.#entries.values();
  }

  /**
   * Takes all of these in, or none. Content that is there already at its path is left alone. Calls must not overlap.
   *
   * @throws CairnError `path_conflict`, naming both sources.
   */
  async add(entries: Iterable<DraftEntry>, overwrite: boolean): Promise<void> {
    const undo: (() => void)[] = [];
    try {
      for (const entry of entries) {
        const before = this.#entries.get(entry.path);
        if (before === undefined) this.#insert(entry);
        else if (overwrite) this.#entries.set(entry.path, entry);
        else if (await isSameContent(before, entry)) continue;
        else throw conflict(entry, before);
        undo.push(() =>
          before === undefined ? this.#delete(entry.path) : this.#entries.set(entry.path, before),
        );
      }
    } catch (error) {
      for (const step of undo.reverse()) step();
      throw error;
    }
  }

  /** Takes an entry or a whole folder out. @throws CairnError `not_found`. */
  remove(path: string): void {
    const found = this.#entries.has(path)
      ? [path]
      : [...this.#entries.keys()].filter((other) => other.startsWith(`${path}/`));
    if (found.length === 0) {
      throw new CairnError('not_found', `the artifact has no entry ${quote(path)}`, {
        hint: 'Give the path of an entry, or of a folder of entries.',
      });
    }
    for (const other of found) this.#delete(other);
  }

  /** Holds these from now on. */
  replace(entries: readonly DraftEntry[]): void {
    this.#entries.clear();
    this.#folders.clear();
    for (const entry of entries) this.#insert(entry);
  }

  #insert(entry: DraftEntry): void {
    const path = checkPath(entry.path);
    if (this.#folders.has(path)) throw fileAndFolder(entry, this.#anyBelow(path));
    const folders = [...foldersOf(path)];
    // Where the nearest folder is known, so are those above it, and none of them is a file.
    if (!this.#folders.has(folders[0] as string)) {
      for (const folder of folders) {
        const file = this.#entries.get(folder);
        if (file !== undefined) throw fileAndFolder(file, entry);
      }
    }
    for (const folder of folders) this.#folders.set(folder, (this.#folders.get(folder) ?? 0) + 1);
    this.#entries.set(path, entry);
  }

  #delete(path: string): void {
    this.#entries.delete(path);
    for (const folder of foldersOf(path)) {
      const count = this.#folders.get(folder) as number;
      if (count > 1) this.#folders.set(folder, count - 1);
      else this.#folders.delete(folder);
    }
  }

  #anyBelow(folder: string): DraftEntry {
    for (const entry of this.#entries.values()) if (entry.path.startsWith(`${folder}/`)) return entry;
    throw new Error(`nothing is below ${folder}`);
  }
}

/** The folders that a path is in, the nearest first. */
function* foldersOf(path: string): Generator<string> {
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    yield path.slice(0, slash);
  }
}

function conflict(entry: DraftEntry, before: DraftEntry): CairnError {
  return new CairnError(
    'path_conflict',
    `${quote(entry.path)} is there already: it was made of ${describeSource(before)}, and now of ${describeSource(entry)}`,
    { hint: 'Pass { name } to give one of them another path, or { overwrite: true } to replace the first.' },
  );
}

function fileAndFolder(file: DraftEntry, member: DraftEntry): CairnError {
  return new CairnError(
    'path_conflict',
    `${quote(file.path)} (${describeSource(file)}) can't be beside ${quote(member.path)} (${describeSource(member)}): a file is no folder`,
    { hint: 'Pass { name } to give one of them another path.' },
  );
}
