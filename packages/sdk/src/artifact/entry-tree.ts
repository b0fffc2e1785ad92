import { compareUtf8, type FileStamp, sortByUtf8 } from '@cairn/core';
import { stampAt, type WalkedFiles } from '@cairn/file';
import { type Content, sizeOf } from './content.js';
import type { DraftEntry, NewFile } from './draft-entry.js';
import type { PackedNames } from './packed-names.js';

/**
 * A folder of a draft. Most files come by whole folders, and as long as nothing else is done to such a folder its files
 * stay in columns: as objects a million of them would take several times the memory.
 */
export interface Folder {
  /** `''`, or its path with a slash at the end. */
  readonly prefix: string;
  readonly parent: Folder | undefined;
  readonly folders: Map<string, Folder>;
  members: FileColumns | Map<string, DraftEntry>;
}

/** Files of a folder as they were found by walking. */
export interface FileColumns extends Omit<WalkedFiles, 'names'> {
  /** In ascending order of their UTF-8 bytes. */
  readonly names: PackedNames;
}

export function newFolder(prefix: string, parent?: Folder): Folder {
  return { prefix, parent, folders: new Map(), members: new Map() };
}

export function isColumns(members: Folder['members']): members is FileColumns {
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
  const loose = new Map(members.names.all().map((name, i) => [name, fileAt(members, i, name)]));
  folder.members = loose;
  return loose;
}

export function fileAt(files: FileColumns, index: number, name: string = files.names.at(index)): NewFile {
  return new FileInColumns(files, index, name);
}

/** No literals, nor one for its content, for the reason of `stampAt`. */
class FileInColumns implements NewFile {
  readonly kind = 'new';
  readonly path: string;
  readonly content: Content;

  constructor(files: FileColumns, index: number, name: string) {
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
function indexOf(names: PackedNames, name: string): number | undefined {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareUtf8(names.at(middle), name) < 0) low = middle + 1;
    else high = middle;
  }
  return low < names.length && names.at(low) === name ? low : undefined;
}

/** All entries in and below a folder, in the order of their paths. */
export function* entriesOf(folder: Folder): Generator<DraftEntry> {
  for (const entries of walk(folder, fileAt)) yield* entries;
}

/** So many entries are handed on at once. */
const batchSize = 1000;

/**
 * The same, with what `fromColumns` makes of the files that are in columns; many at a time and never none, for a step of a
 * generator costs as much as what is done for a file.
 */
export function* walk<T>(
  folder: Folder,
  fromColumns: (files: FileColumns, index: number, name: string) => T,
): Generator<readonly (T | DraftEntry)[]> {
  const levels = [openLevel(folder)];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const entries = filesUpToNextFolder(level, fromColumns);
    if (entries.length > 0) {
      yield entries;
      continue;
    }
    const name = level.names[level.next++];
    if (name === undefined) levels.pop();
    else levels.push(openLevel(level.folder.folders.get(name.slice(0, -1)) as Folder));
  }
}

function filesUpToNextFolder<T>(
  level: Level,
  fromColumns: (files: FileColumns, index: number, name: string) => T,
): readonly (T | DraftEntry)[] {
  const { members } = level.folder;
  const entries: (T | DraftEntry)[] = [];
  while (entries.length < batchSize) {
    const name = level.names[level.next];
    if (name === undefined || name.endsWith('/')) break;
    level.next++;
    if (isColumns(members)) entries.push(fromColumns(members, level.file++, name));
    else entries.push(members.get(name) as DraftEntry);
  }
  return entries;
}

/** A folder whose entries are being taken. */
interface Level {
  readonly folder: Folder;
  readonly names: readonly string[];
  /** The name to go on with. */
  next: number;
  /** Of its files in columns, the one to go on with. */
  file: number;
}

/** Its folders have a slash at the end of their names. */
function openLevel(folder: Folder): Level {
  const { members, folders } = folder;
  const files = isColumns(members) ? members.names.all() : [...members.keys()];
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
