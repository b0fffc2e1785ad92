import { CairnError, checkPath, quote } from '@cairn/core';
import type { Base } from './base.js';
import { type DraftEntry, describeSource, isSameContent, type Reference } from './draft-entry.js';
import {
  entriesOf,
  type FileColumns,
  type Folder,
  fileAt,
  isColumns,
  loosen,
  memberOf,
  newFolder,
  type Totals,
  totalsOf,
  walk,
} from './entry-tree.js';

/** What can be added: an entry, or all files of one folder, named by `prefix`. */
export type Addition = DraftEntry | FileColumns;

type Undo = (() => void)[];

/**
 * The entries of a draft by path: those of a version it was made from, where nothing hides them, and those that were
 * added. Makes sure that no path is there twice, and none is both a file and a folder. Calls must not overlap.
 */
export class EntryTable {
  #root = newFolder('');
  #base: Base | undefined;

  /** Where it starts from, if it is not empty. */
  get base(): Base | undefined {
    return this.#base;
  }

  /** What was added, without what the base has. */
  get totals(): Totals {
    return totalsOf(this.#root);
  }

  /** What was added, in the order of the paths, without what the base has. */
  added(): Generator<DraftEntry> {
    return entriesOf(this.#root);
  }

  /** The same, many at a time. */
  addedInBatches(): Generator<readonly DraftEntry[]> {
    return walk(this.#root, fileAt);
  }

  /** The same; of a file only its path. */
  *addedPaths(): Generator<readonly (string | Reference)[]> {
    for (const entries of walk(this.#root, ({ prefix }, _, name) => prefix + name)) {
      yield entries.map((entry) =>
        typeof entry === 'string' || entry.kind === 'reference' ? entry : entry.path,
      );
    }
  }

  /** Holds what a version has from now on, or nothing. */
  startFrom(base: Base | undefined): void {
    this.#root = newFolder('');
    this.#base = base;
  }

  /**
   * Takes all of these in, or none. Content that is there already at its path is left alone.
   *
   * @throws CairnError `path_conflict`, naming both sources.
   */
  async add(additions: Iterable<Addition>, overwrite: boolean): Promise<void> {
    const undo: Undo = [];
    try {
      for (const addition of additions) {
        if (!('names' in addition)) await this.#put(addition, overwrite, undo);
        else if (!(await this.#adopt(addition, overwrite, undo))) {
          for (const [i, name] of addition.names.all().entries())
            await this.#put(fileAt(addition, i, name), overwrite, undo);
        }
      }
    } catch (error) {
      for (const step of undo.reverse()) step();
      throw error;
    }
  }

  /** Takes an entry or a whole folder out. @throws CairnError `not_found`. */
  async remove(path: string): Promise<void> {
    const { folder, name } = this.#find(path) ?? {};
    const kept = await this.#base?.get(path);
    if (kept !== undefined) this.#base?.hide(kept);
    if (folder !== undefined && name !== undefined && memberOf(folder, name) !== undefined) {
      this.#delete(path);
    } else if (kept === undefined) {
      const wasAdded = name !== undefined && folder?.folders.delete(name) === true;
      if (folder !== undefined) prune(folder);
      if ((await this.#base?.hideFolder(`${path}/`)) === true || wasAdded) return;
      throw new CairnError('not_found', `the artifact has no entry ${quote(path)}`, {
        hint: 'Give the path of an entry, or of a folder of entries.',
      });
    }
  }

  async #put(entry: DraftEntry, overwrite: boolean, undo: Undo): Promise<void> {
    const path = checkPath(entry.path);
    const place = this.#find(path);
    const own = place === undefined ? undefined : memberOf(place.folder, place.name);
    const kept = own === undefined && this.#base !== undefined ? await this.#base.get(path) : undefined;
    const before = own ?? (kept === undefined ? undefined : this.#base?.draftOf(kept));
    if (before === undefined) await this.#checkPlace(entry);
    else if (!overwrite) {
      if (await isSameContent(before, entry)) return;
      throw conflict(entry, before);
    }
    if (kept !== undefined) this.#hide(kept, undo);
    const { folder, name } = this.#make(entry);
    loosen(folder).set(name, entry);
    undo.push(() => {
      if (own === undefined) this.#delete(path);
      else loosen(folder).set(name, own);
    });
  }

  /** Takes the files of a folder as they are, where nothing else is or what is there is to be replaced. */
  async #adopt(files: FileColumns, overwrite: boolean, undo: Undo): Promise<boolean> {
    const first = fileAt(files, 0);
    const known = await this.#base?.listing(files.prefix);
    const replaced =
      known === undefined ? [] : files.names.all().flatMap((name) => known.files.get(name) ?? []);
    if (replaced.length > 0 && !overwrite) return false;
    const { folder } = this.#find(first.path) ?? {};
    if (folder !== undefined && (isColumns(folder.members) || folder.members.size > 0)) return false;
    const folders = new Set([...(folder?.folders.keys() ?? []), ...(known?.folders ?? [])]);
    // Where one is a folder already, the usual way says so.
    if (folders.size > 0 && files.names.all().some((name) => folders.has(name))) return false;
    await this.#checkFoldersAbove(first);
    for (const kept of replaced) this.#hide(kept, undo);
    const made = this.#make(first).folder;
    made.members = files;
    undo.push(() => {
      made.members = new Map();
      prune(made);
    });
    return true;
  }

  #hide(kept: Parameters<Base['hide']>[0], undo: Undo): void {
    const base = this.#base as Base;
    base.hide(kept);
    undo.push(() => base.show(kept));
  }

  /** @throws CairnError when a path that is new would make a file a folder. */
  async #checkPlace(entry: DraftEntry): Promise<void> {
    const { folder, name } = this.#find(entry.path) ?? {};
    const below = name === undefined ? undefined : folder?.folders.get(name);
    const member = below === undefined ? undefined : entriesOf(below).next().value;
    const found = member ?? (await this.#base?.firstBelow(`${entry.path}/`));
    if (found !== undefined) throw fileAndFolder(entry, found);
    await this.#checkFoldersAbove(entry);
  }

  async #checkFoldersAbove(entry: DraftEntry): Promise<void> {
    const { path } = entry;
    let folder: Folder | undefined = this.#root;
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      const name = path.slice(folder?.prefix.length ?? 0, slash);
      const own: DraftEntry | undefined = folder && memberOf(folder, name);
      if (own !== undefined) throw fileAndFolder(own, entry);
      const next: Folder | undefined = folder?.folders.get(name);
      folder = next;
      if (this.#base === undefined) {
        if (next === undefined) return;
        continue;
      }
      const kept = await this.#base.get(path.slice(0, slash));
      if (kept !== undefined) throw fileAndFolder(this.#base.draftOf(kept), entry);
    }
  }

  /** The folder that a path is in, if something was added there, and the name in it. */
  #find(path: string): { folder: Folder; name: string } | undefined {
    const names = path.split('/');
    const name = names.pop() as string;
    let folder: Folder | undefined = this.#root;
    for (const above of names) {
      folder = folder.folders.get(above);
      if (folder === undefined) return undefined;
    }
    return { folder, name };
  }

  /** The same, made where nothing was added yet. */
  #make({ path }: DraftEntry): { folder: Folder; name: string } {
    const names = path.split('/');
    const name = names.pop() as string;
    let folder = this.#root;
    for (const above of names) {
      let next = folder.folders.get(above);
      if (next === undefined) {
        next = newFolder(`${folder.prefix}${above}/`, folder);
        folder.folders.set(above, next);
      }
      folder = next;
    }
    return { folder, name };
  }

  #delete(path: string): void {
    const { folder, name } = this.#find(path) as { folder: Folder; name: string };
    loosen(folder).delete(name);
    prune(folder);
  }
}

/** Forgets a folder if nothing is left in it, and then perhaps the one that it is in. */
function prune(folder: Folder): void {
  const { members, folders, parent, prefix } = folder;
  if (parent === undefined || isColumns(members) || members.size > 0 || folders.size > 0) return;
  parent.folders.delete(prefix.slice(parent.prefix.length, -1));
  prune(parent);
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
