import { type CallOptions, diffManifests, type Entry, type Manifest, sortByUtf8 } from '@cairn/core';
import type { VersionDiff } from '../version.js';

/** What makes one manifest another, with what only moved told from what came and went. */
export async function diffEntries(
  before: Manifest,
  after: Manifest,
  options: CallOptions,
): Promise<Omit<VersionDiff, 'metadata'>> {
  const added: Entry[] = [];
  const changed: { before: Entry; after: Entry }[] = [];
  /** By content; of equal ones the first that was removed is the first that was added. */
  const removed = new Map<string, Entry[]>();
  for await (const change of diffManifests(before, after, options)) {
    if (change.kind === 'added') added.push(change.after);
    else if (change.kind === 'changed') changed.push({ before: change.before, after: change.after });
    else push(removed, change.before);
  }
  const moved = added.flatMap((after) => {
    const before = removed.get(contentKey(after))?.shift();
    return before === undefined ? [] : [{ before, after }];
  });
  const arrived = new Set(moved.map(({ after }) => after));
  return {
    added: added.filter((entry) => !arrived.has(entry)),
    removed: sortByUtf8([...removed.values()].flat(), ({ path }) => path),
    changed,
    moved,
  };
}

function push(removed: Map<string, Entry[]>, entry: Entry): void {
  const key = contentKey(entry);
  const same = removed.get(key);
  if (same === undefined) removed.set(key, [entry]);
  else same.push(entry);
}

function contentKey(entry: Entry): string {
  return entry.kind === 'file' ? entry.digest : `${entry.digest} ${entry.uri}`;
}
