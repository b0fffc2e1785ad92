import type { CallOptions } from '../bytes.js';
import type { Entry } from '../entry.js';
import { compareUtf8 } from '../path.js';
import { lineFeed } from './json-lines.js';
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
  const left = new Walk(before, after, options);
  const right = new Walk(after, before, options);
  while ((await Promise.all([left.load(), right.load()])).includes(true)) {
    if (skipSameLines(left, right)) continue;
    const a = left.entry();
    const b = right.entry();
    const order = a === undefined ? 1 : b === undefined ? -1 : compareUtf8(a.path, b.path);
    if (a !== undefined && order < 0) yield { kind: 'removed', before: a };
    else if (b !== undefined && order > 0) yield { kind: 'added', after: b };
    else if (a !== undefined && b !== undefined) yield { kind: 'changed', before: a, after: b };
    if (order <= 0) left.skipLine();
    if (order >= 0) right.skipLine();
  }
}

/** Goes on in both for as long as their lines are the same; `false` when the first ones differ. */
function skipSameLines(left: Walk, right: Walk): boolean {
  const same = sameBytes(left.rest, right.rest);
  const lines = left.rest.subarray(0, same).lastIndexOf(lineFeed) + 1;
  left.skip(lines);
  right.skip(lines);
  return lines > 0;
}

/** How many bytes are the same at the beginning of both. */
function sameBytes(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  const left = new DataView(a.buffer, a.byteOffset, shorter);
  const right = new DataView(b.buffer, b.byteOffset, shorter);
  let same = 0;
  const differ = (at: number) => left.getInt32(at, true) ^ right.getInt32(at, true);
  // Most of two leaves is the same: many bytes at a time.
  while (
    same + 16 <= shorter &&
    (differ(same) | differ(same + 4) | differ(same + 8) | differ(same + 12)) === 0
  ) {
    same += 16;
  }
  while (same < shorter && a[same] === b[same]) same++;
  return same;
}

/**
 * Goes through the lines of the leaves that the other manifest doesn't have. `rest` is what is left of a leaf; `load` gets the
 * next one where that is nothing, and is `false` at the end of all.
 */
class Walk {
  readonly #load: () => Promise<Leaf | undefined>;
  #leaf: Leaf | undefined;
  #at = 0;
  #entry: Entry | undefined;

  constructor(manifest: Manifest, other: Manifest, options: CallOptions) {
    const shared = new Set(other.leaves.map(({ digest }) => digest));
    const leaves = manifest.leaves.filter(({ digest }) => !shared.has(digest)).values();
    this.#load = async () => {
      const next = leaves.next();
      return next.done ? undefined : manifest.openLeaf(next.value, options);
    };
  }

  get rest(): Uint8Array {
    return this.#leaf?.bytes.subarray(this.#at) ?? new Uint8Array();
  }

  async load(): Promise<boolean> {
    while (this.#leaf === undefined || this.#at === this.#leaf.bytes.length) {
      this.#leaf = await this.#load();
      this.#at = 0;
      if (this.#leaf === undefined) return false;
    }
    return true;
  }

  entry(): Entry | undefined {
    this.#entry ??= this.#leaf?.entryAt(this.#at);
    return this.#entry;
  }

  skip(bytes: number): void {
    this.#at += bytes;
    this.#entry = undefined;
  }

  skipLine(): void {
    this.skip(this.rest.indexOf(lineFeed) + 1);
  }
}
