import type { ContentDigest } from '../digest.js';
import { entryPathOf } from '../entry-path.js';
import { CairnError } from '../errors.js';
import { loadHasher } from '../hash/hasher.js';
import { sortByUtf8 } from '../path.js';
import { quote } from '../printable.js';
import type { Observation, ReferenceState, StorageHandler } from '../seams/storage-handler.js';

export interface MemoryHandlerOptions {
  /** Whether what was observed can be read after it was changed or deleted. Default: `false`. */
  readonly versioned?: boolean | undefined;
}

/** A handler, and the world it looks at. */
export interface MemoryHandler extends StorageHandler {
  /** Makes or changes the object under a key, which can be any text. Returns its URI, `memory:` and the key. */
  put(key: string, bytes: Uint8Array): string;
  delete(key: string): void;
}

interface MemoryObject {
  readonly version: number;
  readonly bytes: Uint8Array;
}

/** References to objects that last as long as the process: `memory:images/cat.png`, and `memory:images` for a folder. */
export function memoryHandler({ versioned = false }: MemoryHandlerOptions = {}): MemoryHandler {
  const current = new Map<string, MemoryObject>();
  const history: MemoryObject[] = [];

  async function observation(
    kind: Observation['kind'],
    place: string,
    key: string,
    { bytes, version }: MemoryObject,
  ): Promise<Observation> {
    const base = { kind, path: place, uri: `memory:${key}`, digest: await hash(bytes), size: bytes.length };
    return versioned ? { ...base, extra: { version: String(version) } } : base;
  }

  return {
    specVersion: 1,
    name: 'memory',
    schemes: ['memory'],

    put(key, bytes) {
      const object = { version: history.length, bytes: new Uint8Array(bytes) };
      current.set(key, object);
      history.push(object);
      return `memory:${key}`;
    },

    delete(key) {
      current.delete(key);
    },

    async *observe(uri, { checksum = true, maxObjects = Number.POSITIVE_INFINITY, signal } = {}) {
      signal?.throwIfAborted();
      const key = keyOf(uri);
      if (!checksum) {
        yield { kind: 'object', path: nameOf(key), uri, digest: `uri:${uri}` };
        return;
      }
      const object = current.get(key);
      if (object !== undefined) {
        yield await observation('object', nameOf(key), key, object);
        return;
      }
      const folder = key === '' || key.endsWith('/') ? key : `${key}/`;
      const members = [...current]
        // A key that ends in a slash only marks a folder.
        .filter(([member]) => member.startsWith(folder) && !member.endsWith('/'))
        .map(([member, found]) => ({ path: entryPathOf(member.slice(folder.length)), member, found }));
      if (members.length === 0) throw missing(uri);
      sortByUtf8(members, ({ path }) => path);
      for (const { path, member, found } of members.slice(0, maxObjects + 1)) {
        signal?.throwIfAborted();
        yield await observation('member', path, member, found);
      }
    },

    async *open({ uri, digest, extra }, { range, signal } = {}) {
      signal?.throwIfAborted();
      const pinned = extra?.version === undefined ? undefined : history[Number(extra.version)];
      const object = pinned ?? current.get(keyOf(uri));
      if (object === undefined) throw missing(uri);
      const found = await hash(object.bytes);
      if (!digest.startsWith('uri:') && found !== digest) {
        throw new CairnError('reference_changed', `${quote(uri)} is now ${found}, and was ${digest}`);
      }
      signal?.throwIfAborted();
      const bytes = object.bytes.slice(range?.start, range?.end);
      if (bytes.length > 0) yield bytes;
    },

    async verify({ uri, digest }, { signal } = {}): Promise<ReferenceState> {
      signal?.throwIfAborted();
      const object = current.get(keyOf(uri));
      if (object === undefined) return 'missing';
      if (digest.startsWith('uri:')) return 'unverifiable';
      return (await hash(object.bytes)) === digest ? 'match' : 'changed';
    },
  };
}

async function hash(bytes: Uint8Array): Promise<ContentDigest> {
  return (await loadHasher()).hash(bytes);
}

function keyOf(uri: string): string {
  if (uri.startsWith('memory:')) return uri.slice('memory:'.length);
  throw new CairnError('uri_invalid', `${quote(uri)} is not a memory: URI`, {
    hint: 'Write memory: and a path, such as memory:images/cat.png.',
  });
}

/** What an object is called by itself, or nothing where its key tells no name. */
function nameOf(key: string): string {
  const name = key.replace(/\/+$/, '').split('/').at(-1) ?? '';
  return name === '' ? '' : entryPathOf(name);
}

function missing(uri: string): CairnError {
  return new CairnError('not_found', `nothing is there at ${quote(uri)}`);
}
