import { algorithmOf, type FileEntry, quote, type ReferenceEntry } from '@cairn/core';
import { sameStamp } from '@cairn/file';
import { type Content, hashContent, sizeOf } from './content.js';
import type { Origin } from './kept-entries.js';

interface Common {
  readonly path: string;
  /** What it was made of, for messages, where its content doesn't tell. */
  readonly from?: string;
}

export interface NewFile extends Common {
  readonly kind: 'new';
  readonly content: Content;
}

/** A file of a logged version. */
export interface KeptFile extends Common {
  readonly kind: 'kept';
  readonly entry: FileEntry;
  readonly origin: Origin;
}

export interface Reference extends Common {
  readonly kind: 'reference';
  readonly entry: ReferenceEntry;
}

/** One path of a draft. */
export type DraftEntry = NewFile | KeptFile | Reference;

/** What an entry was made of, for messages. */
export function describeSource(entry: DraftEntry): string {
  if (entry.from !== undefined) return entry.from;
  if (entry.kind === 'reference') return quote(entry.entry.uri);
  if (entry.kind === 'kept') return entry.origin.address;
  return entry.content.kind === 'path' ? quote(entry.content.path) : 'bytes';
}

/** In bytes; `undefined` for a reference whose source didn't tell. */
export function sizeOfEntry(entry: DraftEntry): number | undefined {
  return entry.kind === 'new' ? sizeOf(entry.content) : entry.entry.size;
}

/** Whether two entries of one path are the same content. Reads the bytes only where nothing else can tell. */
export async function isSameContent(a: DraftEntry, b: DraftEntry): Promise<boolean> {
  if (a.kind === 'reference' || b.kind === 'reference') {
    return a.kind === 'reference' && b.kind === 'reference' && isSameReference(a.entry, b.entry);
  }
  if (a.kind === 'kept')
    return b.kind === 'kept' ? a.entry.digest === b.entry.digest : isSameFile(b.content, a.entry);
  if (b.kind === 'kept') return isSameFile(a.content, b.entry);
  return isSameBytes(a.content, b.content);
}

function isSameReference(a: ReferenceEntry, b: ReferenceEntry): boolean {
  return a.uri === b.uri && a.digest === b.digest && a.size === b.size;
}

async function isSameFile(content: Content, { digest, size }: FileEntry): Promise<boolean> {
  return sizeOf(content) === size && (await hashContent(content, algorithmOf(digest))) === digest;
}

async function isSameBytes(a: Content, b: Content): Promise<boolean> {
  if (sizeOf(a) !== sizeOf(b)) return false;
  if (a.kind === 'path' && b.kind === 'path' && a.path === b.path) {
    return sameStamp(a.stamp, b.stamp);
  }
  return (await hashContent(a)) === (await hashContent(b));
}
