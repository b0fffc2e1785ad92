import type { CallOptions } from '../bytes.js';
import type { Entry } from '../entry.js';
import { compareUtf8 } from '../path.js';
import type { Leaf } from './leaf.js';
import type { Manifest } from './manifest.js';

/** How one path differs between two manifests. */
export type EntryChange =
  | { readonly kind: 'added'; readonly after: Entry }
  | { readonly kind: 'removed'; readonly before: Entry }
  | { readonly kind: 'changed'; readonly before: Entry; readonly after: Entry };

/**
 * What makes one manifest another, in the order of the paths. Leaves that both have are not read, and lines that both
 * have are not decoded: the cost is that of the difference.
 */
export async function* diffManifests(
  before: Manifest,
  after: Manifest,
  options: CallOptions = {},
): AsyncIterable<EntryChange> {
  const left = walkDiffering(before, after, options);
  const right = walkDiffering(after, before, options);
  await Promise.all([left.load(), right.load()]);
  while (left.line !== undefined || right.line !== undefined) {
    let order = 0;
    if (left.line !== right.line) {
      const a = left.entry();
      const b = right.entry();
      order = a === undefined ? 1 : b === undefined ? -1 : compareUtf8(a.path, b.path);
      if (a !== undefined && order < 0) yield { kind: 'removed', before: a };
      else if (b !== undefined && order > 0) yield { kind: 'added', after: b };
      else if (a !== undefined && b !== undefined) yield { kind: 'changed', before: a, after: b };
    }
    if (order <= 0 && !left.step()) await left.load();
    if (order >= 0 && !right.step()) await right.load();
  }
}

/** Goes through the lines of the leaves that the other manifest doesn't have. */
interface Walk {
  /** The line it is at; `undefined` at the end. */
  readonly line: string | undefined;
  /** The entry of that line. */
  entry(): Entry | undefined;
  /** Goes to the next line of the leaf; `false` when there is none. */
  step(): boolean;
  /** Goes to the first line of the next leaf, or to the end. */
  load(): Promise<void>;
}

function walkDiffering(manifest: Manifest, other: Manifest, options: CallOptions): Walk {
  const shared = new Set(other.leaves.map(({ digest }) => digest));
  const rest = manifest.leaves.filter(({ digest }) => !shared.has(digest)).values();
  let leaf: Leaf | undefined;
  let at = 0;
  let entry: Entry | undefined;
  return {
    get line() {
      return leaf?.lines[at];
    },
    entry() {
      const line = leaf?.lines[at];
      if (line !== undefined) entry ??= leaf?.decode(line);
      return entry;
    },
    step() {
      at++;
      entry = undefined;
      return leaf !== undefined && at < leaf.lines.length;
    },
    async load() {
      const next = rest.next();
      leaf = next.done ? undefined : await manifest.openLeaf(next.value, options);
      at = 0;
      entry = undefined;
    },
  };
}
