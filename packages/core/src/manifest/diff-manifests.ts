import type { CallOptions } from '../bytes.js';
import type { Entry } from '../entry.js';
import { compareUtf8 } from '../path.js';
import type { LeafRef } from './index-blob.js';
import type { Manifest } from './manifest.js';

/** How one path differs between two manifests. */
export type EntryChange =
  | { readonly kind: 'added'; readonly after: Entry }
  | { readonly kind: 'removed'; readonly before: Entry }
  | { readonly kind: 'changed'; readonly before: Entry; readonly after: Entry };

/**
 * What makes one manifest another, in the order of the paths. Leaves that both have are not read: the cost is that of the
 * difference.
 */
export async function* diffManifests(
  before: Manifest,
  after: Manifest,
  options: CallOptions = {},
): AsyncIterable<EntryChange> {
  const left = cursor(differing(before, after, options));
  const right = cursor(differing(after, before, options));
  let a = await left();
  let b = await right();
  while (a !== undefined || b !== undefined) {
    const order = a === undefined ? 1 : b === undefined ? -1 : compareUtf8(a.path, b.path);
    if (a !== undefined && order < 0) {
      yield { kind: 'removed', before: a };
      a = await left();
    } else if (b !== undefined && order > 0) {
      yield { kind: 'added', after: b };
      b = await right();
    } else if (a !== undefined && b !== undefined) {
      if (!isSame(a, b)) yield { kind: 'changed', before: a, after: b };
      a = await left();
      b = await right();
    }
  }
}

function isSame(a: Entry, b: Entry): boolean {
  const [from, to] = [a, b].map((entry) => (entry.kind === 'reference' ? entry.uri : undefined));
  return a.digest === b.digest && a.size === b.size && from === to;
}

/** The entries of the leaves that the other manifest doesn't have. */
async function* differing(manifest: Manifest, other: Manifest, options: CallOptions): AsyncGenerator<Entry> {
  const shared = new Set(other.leaves.map((leaf: LeafRef) => leaf.digest));
  for (const leaf of manifest.leaves) {
    if (!shared.has(leaf.digest)) yield* await manifest.readLeaf(leaf, options);
  }
}

function cursor<T>(items: AsyncGenerator<T>): () => Promise<T | undefined> {
  return async () => {
    const next = await items.next();
    return next.done === true ? undefined : next.value;
  };
}
