import type { Entry } from '../entry.js';
import type { Hasher } from '../hash/hasher.js';
import { utf8Length } from '../path.js';
import { endsLeaf, maxLeafBytes } from './boundary.js';
import type { LeafRef } from './index-blob.js';
import { checkEntry, encodeEntry, encodeExtra } from './leaf.js';
import { createPathOrder } from './path-order.js';

/** Cuts entries that come in order into leaves. */
export interface LeafCutter {
  /** The leaves so far, without the one that is open. */
  readonly leaves: LeafRef[];
  /** Whether the last leaf is closed, so that the next entry begins one. */
  readonly isBetweenLeaves: boolean;
  /** Takes the next entry. If it closes a leaf, answers with the blobs of that leaf. */
  add(entry: Entry): readonly Uint8Array[];
  /** Closes the leaf that is open. */
  end(): readonly Uint8Array[];
}

const encoder = new TextEncoder();
const nothing: readonly Uint8Array[] = [];

/** `add` throws `manifest_invalid`, `path_invalid` and `uri_invalid`, and `path_conflict` as {@link createPathOrder}. */
export function createLeafCutter(hasher: Hasher): LeafCutter {
  const leaves: LeafRef[] = [];
  const checkOrder = createPathOrder();
  let leaf = emptyLeaf();
  function end(): readonly Uint8Array[] {
    if (leaf.lines.length === 0) return nothing;
    const { lines, extras, first, size, references } = leaf;
    leaf = emptyLeaf();
    const bytes = encoder.encode(lines.join(''));
    const ref = {
      digest: hasher.hash(bytes),
      first,
      entryCount: lines.length,
      size,
      ...(references.entries === 0 ? {} : { references }),
    };
    if (extras.length === 0) {
      leaves.push(ref);
      return [bytes];
    }
    const extraBytes = encoder.encode(extras.join(''));
    leaves.push({ ...ref, extras: hasher.hash(extraBytes) });
    return [bytes, extraBytes];
  }
  return {
    leaves,
    get isBetweenLeaves() {
      return leaf.lines.length === 0;
    },
    add(entry) {
      checkOrder(checkEntry(entry).path);
      if (leaf.lines.length === 0) leaf.first = entry.path;
      const line = encodeEntry(entry);
      leaf.lines.push(line);
      leaf.bytes += entry.kind === 'file' ? fileLineBytes(line, entry.path) : utf8Length(line);
      leaf.size += entry.size ?? 0;
      if (entry.kind === 'reference') {
        leaf.references.entries++;
        leaf.references.size += entry.size ?? 0;
        const extra = encodeExtra(entry.path, entry.extra);
        if (extra !== '') leaf.extras.push(extra);
      }
      return endsLeaf(entry.path) || leaf.bytes >= maxLeafBytes ? end() : nothing;
    },
    end,
  };
}

/** Only its path can have other characters than those of ASCII. */
function fileLineBytes(line: string, path: string): number {
  return line.length - path.length + utf8Length(path);
}

function emptyLeaf() {
  return {
    first: '',
    lines: [] as string[],
    extras: [] as string[],
    bytes: 0,
    size: 0,
    references: { entries: 0, size: 0 },
  };
}
