import type { Entry } from '../entry.js';
import { type Hasher, loadHasher } from '../hash/hasher.js';
import { compareUtf8 } from '../path.js';
import type { BlobStore, TransferOptions } from '../seams/blob-store.js';
import { createLeafCutter, type LeafCutter } from './cut-leaves.js';
import type { LeafRef, PolicyRef } from './index-blob.js';
import type { Leaf } from './leaf.js';
import type { Manifest } from './manifest.js';
import { type EntryEdit, spliceLeaf } from './splice-leaf.js';
import { storeManifest, type WrittenManifest } from './write-manifest.js';

/** What makes one manifest another. */
export interface ManifestEdits {
  /** In the order of their paths' UTF-8 bytes, each path once. */
  readonly edits: Iterable<EntryEdit>;
  /**
   * Folders, with a slash at the end, of which nothing stays but what the edits put there. In the same order, and none
   * in another.
   */
  readonly removedFolders?: readonly string[] | undefined;
}

/**
 * Stores what edits make of a manifest of the same store. It is what {@link writeManifest} would make of all entries,
 * but only leaves that an edit is in, and those that end elsewhere because of it, are read and written. That no path
 * becomes a file and a folder is up to the caller: here nobody looks at what stays as it is.
 *
 * @throws CairnError as {@link writeManifest}, and what reading the manifest throws.
 */
export async function rewriteManifest(
  base: Manifest,
  edits: ManifestEdits,
  blobs: BlobStore,
  policy: PolicyRef,
  options?: TransferOptions,
): Promise<WrittenManifest> {
  const hasher = await loadHasher(blobs.algorithm);
  const cutter = createLeafCutter(hasher);
  const parts = rewrite(base, edits, cutter, hasher, options);
  return storeManifest(parts, cutter.leaves, blobs, hasher, policy, options);
}

async function* rewrite(
  base: Manifest,
  { edits, removedFolders = [] }: ManifestEdits,
  cutter: LeafCutter,
  hasher: Hasher,
  options?: TransferOptions,
): AsyncGenerator<Uint8Array> {
  const takeBefore = createQueue(edits);
  const removed = new Set(removedFolders);
  for (const [i, ref] of base.leaves.entries()) {
    const end = base.leaves[i + 1]?.first;
    const here = takeBefore(end);
    const removal = removalOf(ref, end, removedFolders);
    // Leaves are cut by what is in them alone, so one that begins where a leaf ended is cut again as it was.
    if (here.length === 0 && removal === 'none' && cutter.isBetweenLeaves) {
      cutter.leaves.push(ref);
      continue;
    }
    const leaf = removal === 'all' ? undefined : await base.openLeaf(ref, options);
    const spliced =
      leaf !== undefined && removal === 'none' && cutter.isBetweenLeaves
        ? spliceLeaf(ref, leaf, here, hasher)
        : undefined;
    if (spliced !== undefined) {
      cutter.leaves.push(spliced.ref);
      yield spliced.bytes;
    } else {
      for (const entry of merge(leaf, here, removed)) yield* cutter.add(entry);
    }
  }
  for (const entry of merge(undefined, takeBefore(undefined), removed)) yield* cutter.add(entry);
  yield* cutter.end();
}

/** Makes a function that takes the next edits, of paths before the given one, or all. */
function createQueue(edits: Iterable<EntryEdit>): (end: string | undefined) => EntryEdit[] {
  const rest = edits[Symbol.iterator]();
  let next = rest.next();
  return (end) => {
    const taken: EntryEdit[] = [];
    while (next.done !== true && (end === undefined || compareUtf8(next.value.path, end) < 0)) {
      taken.push(next.value);
      next = rest.next();
    }
    return taken;
  };
}

/** How much of a leaf is in removed folders. What is in one folder comes without anything in between. */
function removalOf(
  { first }: LeafRef,
  end: string | undefined,
  folders: readonly string[],
): 'none' | 'some' | 'all' {
  for (const folder of folders) {
    if (first.startsWith(folder)) return end?.startsWith(folder) === true ? 'all' : 'some';
    if (compareUtf8(folder, first) > 0) {
      return end === undefined || compareUtf8(folder, end) < 0 ? 'some' : 'none';
    }
  }
  return 'none';
}

/** The entries that a leaf and the edits in it come to. */
function* merge(
  leaf: Leaf | undefined,
  edits: readonly EntryEdit[],
  removedFolders: ReadonlySet<string>,
): Generator<Entry> {
  const rest = edits.values();
  let edit = rest.next().value;
  for (const piece of leaf?.entriesFrom(0) ?? []) {
    for (const entry of piece) {
      for (; edit !== undefined && compareUtf8(edit.path, entry.path) < 0; edit = rest.next().value) {
        if (edit.entry !== undefined) yield edit.entry;
      }
      if (edit?.path !== entry.path && !isInFolder(entry.path, removedFolders)) yield entry;
    }
  }
  for (; edit !== undefined; edit = rest.next().value) if (edit.entry !== undefined) yield edit.entry;
}

function isInFolder(path: string, folders: ReadonlySet<string>): boolean {
  if (folders.size === 0) return false;
  for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
    if (folders.has(path.slice(0, slash + 1))) return true;
  }
  return false;
}
