import type { AnyIterable } from './bytes.js';
import { entryNameOf, entryPathOf } from './entry-path.js';
import { CairnError } from './errors.js';
import { inPathOrder } from './in-path-order.js';
import { quote } from './printable.js';
import type { Observation, ObserveOptions } from './seams/storage-handler.js';

/** An object as a source lists it. */
export interface ListedObject extends Omit<Observation, 'kind' | 'path'> {
  /** Where the source has it: any text, with slashes between folders. */
  readonly key: string;
}

/** How many observations are held back to put them in order. */
const sortedAtOnce = 10_000;

/**
 * What a key names among the objects that a source lists: the object of that very key, else what is under it as a folder.
 * For handlers whose source knows objects by keys. Objects beside the folder are passed over, and so are the marks of
 * folders: objects without bytes whose key ends in a slash.
 *
 * @param uri What was asked for, for messages.
 * @param key Its key. Empty: everything. With a slash at its end, it names a folder in any case.
 * @param objects An object before what is under its key, as the order of keys has it; more may be listed than is asked for.
 * @throws CairnError `not_found` when nothing of it is listed, `path_conflict` when two keys make one path.
 */
export async function* observeListed(
  uri: string,
  key: string,
  objects: AnyIterable<ListedObject>,
  { maxObjects = Number.POSITIVE_INFINITY, signal }: ObserveOptions = {},
): AsyncGenerator<Observation> {
  let count = 0;
  const found = select(key, objects, signal);
  for await (const observation of inPathOrder(found, Math.min(maxObjects, sortedAtOnce))) {
    yield observation;
    signal?.throwIfAborted();
    if (++count > maxObjects) return;
  }
  if (count > 0) return;
  throw new CairnError('not_found', `nothing is there at ${quote(uri)}`, {
    hint: 'Check what it names. Marks of folders alone are nothing.',
  });
}

async function* select(
  wanted: string,
  objects: AnyIterable<ListedObject>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Observation> {
  const isFolder = wanted === '' || wanted.endsWith('/');
  const folder = isFolder ? wanted : `${wanted}/`;
  // Only a path with a percent sign can be that of two keys.
  const taken = new Map<string, string>();
  for await (const { key, ...object } of objects) {
    signal?.throwIfAborted();
    if (key === wanted && !isFolder) return yield { kind: 'object', path: entryNameOf('', key), ...object };
    if (!key.startsWith(folder) || (object.size === 0 && key.endsWith('/'))) continue;
    const path = entryPathOf(key.slice(folder.length));
    if (path.includes('%')) {
      const other = taken.get(path);
      if (other !== undefined) throw pathConflict(other, object.uri, path);
      taken.set(path, object.uri);
    }
    yield { kind: 'member', path, ...object };
  }
}

function pathConflict(one: string, other: string, path: string): CairnError {
  return new CairnError('path_conflict', `${quote(one)} and ${quote(other)} would both be ${quote(path)}`, {
    hint: 'Add them one by one, with { name }.',
  });
}
