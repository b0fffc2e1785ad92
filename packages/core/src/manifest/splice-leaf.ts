import { concatBytes } from '../bytes.js';
import type { Entry } from '../entry.js';
import type { Hasher } from '../hash/hasher.js';
import { endsLeaf, maxLeafBytes } from './boundary.js';
import type { LeafRef } from './index-blob.js';
import { lineFeed } from './json-lines.js';
import { checkEntry, encodeEntry, type Leaf } from './leaf.js';

/** What becomes of one path: the entry that it has from now on, or `undefined` for none. */
export interface EntryEdit {
  readonly path: string;
  readonly entry: Entry | undefined;
}

/** With more edits than this, to find their places one by one takes longer than to decode the leaf. */
const maxEdits = 64;

const encoder = new TextEncoder();

/**
 * A leaf with some of its lines replaced, without decoding the others; `undefined` when an edit could move an end of the
 * leaf, when references are involved, which have more to them than their lines, or when it would not be worth it.
 */
export function spliceLeaf(
  ref: LeafRef,
  { bytes, find, entryAt }: Leaf,
  edits: readonly EntryEdit[],
  hasher: Hasher,
): { ref: LeafRef; bytes: Uint8Array } | undefined {
  if (ref.extras !== undefined || bytes.length >= maxLeafBytes || edits.length > maxEdits) return undefined;
  const parts: Uint8Array[] = [];
  let { entryCount, size } = ref;
  let done = 0;
  for (const { path, entry } of edits) {
    const start = find(path);
    // At the very beginning and end other leaves have a say.
    if (start === bytes.length) return undefined;
    const found = entryAt(start);
    const before = found.path === path ? found : undefined;
    if (before === undefined && entry === undefined) continue;
    if (before?.kind === 'reference' || entry?.kind === 'reference') return undefined;
    const end = before === undefined ? start : bytes.indexOf(lineFeed, start) + 1;
    if (before === undefined && endsLeaf(path)) return undefined;
    if (entry === undefined && end === bytes.length) return undefined;
    if ((before === undefined || entry === undefined) && start === 0) return undefined;
    parts.push(bytes.subarray(done, start));
    if (entry !== undefined) parts.push(encoder.encode(encodeEntry(checkEntry(entry))));
    entryCount += (entry === undefined ? 0 : 1) - (before === undefined ? 0 : 1);
    size += (entry?.size ?? 0) - (before?.size ?? 0);
    done = end;
  }
  parts.push(bytes.subarray(done));
  const spliced = concatBytes(parts);
  if (spliced.length >= maxLeafBytes) return undefined;
  return { ref: { ...ref, digest: hasher.hash(spliced), entryCount, size }, bytes: spliced };
}
