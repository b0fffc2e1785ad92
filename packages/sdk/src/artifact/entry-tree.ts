import { compareUtf8, type FileStamp, sortByUtf8 } from '@cairn/core';
import { stampAt, type WalkedFiles } from '@cairn/file';
import { type Content, sizeOf } from './content.js';
import type { DraftEntry, NewFile } from './draft-entry.js';

/**
 * A folder of a draft. Most files come by whole folders, and as long as nothing else is done to such a folder its files
 * stay in columns: as objects a million of them would take several times the memory.
 */
export interface Folder {
  /** `''`, or its path with a slash at the end. */
  readonly prefix: string;
  readonly parent: Folder | undefined;
  readonly folders: Map<string, Folder>;
  members: WalkedFiles | Map<string, DraftEntry>;
}

export function newFolder(prefix: string, parent?: Folder): Folder {
  return { prefix, parent, folders: new Map(), members: new Map() };
}

export function isColumns(members: Folder['members']): members is WalkedFiles {
  return 'names' in members;
}

/** The entry of a name. */
export function memberOf({ members }: Folder, name: string): DraftEntry | undefined {
  if (!isColumns(members)) return members.get(name);
  const index = indexOf(members.names, name);
  return index === undefined ? undefined : fileAt(members, index);
}

/** The members as a map, to change some of them. */
export function loosen(folder: Folder): Map<string, DraftEntry> {
  const { members } = folder;
  if (!isColumns(members)) return members;
  const loose = new Map(members.names.map((name, i) => [name, fileAt(members, i)]));
  folder.members = loose;
  return loose;
}

export function fileAt(files: WalkedFiles, index: number): NewFile {
  return new FileInColumns(files, index);
}

/** No literals, nor one for its content, for the reason of `stampAt`. */
class FileInColumns implements NewFile {
  readonly kind = 'new';
  readonly path: string;
  readonly content: Content;

  constructor(files: WalkedFiles, index: number) {
    const name = files.names[index] as string;
    this.path = files.prefix + name;
    this.content = new PathContent(files.folder + name, stampAt(files, index));
  }
}

class PathContent {
  readonly kind = 'path';
  readonly path: string;
  readonly stamp: FileStamp;

  constructor(path: string, stamp: FileStamp) {
    this.path = path;
    this.stamp = stamp;
  }
}

/** The position in a list that is in the order of UTF-8. */
function indexOf(names: readonly string[], name: string): number | undefined {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareUtf8(names[middle] as string, name) < 0) low = middle + 1;
    else high = middle;
  }
  return names[low] === name ? low : undefined;
}

/** All entries in and below a folder, in the order of their paths. */
export function entriesOf(folder: Folder): Generator<DraftEntry> {
  return walk(folder, fileAt);
}

/** The same, with what `fromColumns` makes of the files that are in columns. */
export function* walk<T>(
  folder: Folder,
  fromColumns: (files: WalkedFiles, index: number) => T,
): Generator<T | DraftEntry> {
  const levels = [openLevel(folder)];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const { members, folders } = level.folder;
    const name = level.names[level.next++];
    if (name === undefined) levels.pop();
    else if (name.endsWith('/')) levels.push(openLevel(folders.get(name.slice(0, -1)) as Folder));
    else if (isColumns(members)) yield fromColumns(members, level.file++);
    else yield members.get(name) as DraftEntry;
  }
}

/** What is in a folder, its folders with a slash at the end; of its files, those before `file` had their turn. */
function openLevel(folder: Folder) {
  const { members, folders } = folder;
  const files = isColumns(members) ? members.names : [...members.keys()];
  const below = Array.from(folders.keys(), (name) => `${name}/`);
  const isSorted = below.length === 0 && isColumns(members);
  const names = isSorted ? files : sortByUtf8([...files, ...below], (name) => name);
  return { folder, names, next: 0, file: 0 };
}

/** What the entries of a draft come to. */
export interface Totals {
  entries: number;
  files: number;
  /** Of the files. */
  bytes: number;
}

export function totalsOf(folder: Folder, totals: Totals = { entries: 0, files: 0, bytes: 0 }): Totals {
  const { members, folders } = folder;
  if (isColumns(members)) {
    totals.entries += members.names.length;
    totals.files += members.names.length;
    for (let i = 0; i < members.stamps.length; i += 4) totals.bytes += members.stamps[i] as number;
  } else {
    for (const entry of members.values()) {
      totals.entries++;
      if (entry.kind !== 'reference') totals.files++;
      totals.bytes += sizeOfEntry(entry);
    }
  }
  for (const below of folders.values()) totalsOf(below, totals);
  return totals;
}

/** The bytes to be stored or kept for an entry. */
function sizeOfEntry(entry: DraftEntry): number {
  if (entry.kind === 'new') return sizeOf(entry.content);
  return entry.kind === 'kept' ? entry.entry.size : 0;
}
