/** What is noted of a folder while its names come. */
export interface FolderNotes<T> {
  /** A folder begins. The root is the one without a parent. */
  open(path: string, parent: T | undefined): T;
  /** A name in it; each comes once. */
  add(folder: T, name: string, isFolder: boolean): void;
}

/**
 * Follows the paths of a manifest, in their order, from folder to folder. All that is in a folder comes together, though
 * what is beside it may come before it and after it: `a-b`, `a/x`, `a0`. So only the folders above a path are open.
 */
export class FolderWalk<T> {
  readonly #notes: FolderNotes<T>;
  readonly #open: { readonly prefix: string; readonly folder: T }[];

  constructor(notes: FolderNotes<T>) {
    this.#notes = notes;
    this.#open = [{ prefix: '', folder: notes.open('', undefined) }];
  }

  /** Goes on to the next path. Returns the folders that are complete now, the deepest first. */
  next(path: string): readonly T[] {
    const left = this.#leave(({ prefix }) => path.startsWith(prefix));
    let { prefix, folder } = this.#open.at(-1) as { prefix: string; folder: T };
    for (let slash = path.indexOf('/', prefix.length); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      this.#notes.add(folder, path.slice(prefix.length, slash), true);
      prefix = path.slice(0, slash + 1);
      folder = this.#notes.open(path.slice(0, slash), folder);
      this.#open.push({ prefix, folder });
    }
    this.#notes.add(folder, path.slice(prefix.length), false);
    return left;
  }

  /** No path is left. Returns the folders that are complete now, the deepest first; the root is the last. */
  end(): readonly T[] {
    return this.#leave(() => false);
  }

  #leave(isInside: (level: { readonly prefix: string }) => boolean): readonly T[] {
    let left: T[] | undefined;
    for (let last = this.#open.at(-1); last !== undefined && !isInside(last); last = this.#open.at(-1)) {
      left ??= [];
      left.push(last.folder);
      this.#open.pop();
    }
    return left ?? none;
  }
}

const none: readonly never[] = [];
