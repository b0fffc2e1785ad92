import { batched, batchesOf } from './batched.js';
import type { AnyIterable } from './bytes.js';
import { checkReference } from './check-reference.js';
import type { FileEntry, ReferenceEntry } from './entry.js';
import { CairnError, redact } from './errors.js';
import { type HandlerRegistry, requireHandler } from './handler-registry.js';
import { checkPath } from './path.js';
import { quote } from './printable.js';
import type { BlobStore, CopyRequest, CopyResult, PutResult, TransferOptions } from './seams/blob-store.js';
import type { Observation } from './seams/storage-handler.js';
import type {
  FileToLoad,
  FileToStore,
  LoadedFile,
  ReferenceTrust,
  StoragePolicy,
  StoragePolicyFactory,
  StoredFile,
  StoreReferenceOptions,
} from './seams/storage-policy.js';
import type { Source } from './source.js';
import { checkUri } from './uri.js';
import { Waiting } from './waiting.js';

/** How many objects one reference may bring, if the caller doesn't say. */
export const defaultMaxObjects = 10_000;

/** Files become blobs of the store; references are treated by the handlers. */
export const defaultStoragePolicy: StoragePolicyFactory = {
  name: 'cairn.default',
  create({ blobs, handlers, trust, config }) {
    if (Object.keys(config).length > 0) {
      throw new CairnError('unsupported_format', `the storage policy "cairn.default" has an unknown config`, {
        hint: 'A newer version of Cairn wrote it; update.',
      });
    }
    return createPolicy(blobs, handlers, trust);
  },
};

function createPolicy(
  blobs: BlobStore,
  handlers: HandlerRegistry,
  trust: ReferenceTrust | undefined,
): StoragePolicy {
  async function isForeign({ uri, extra }: ReferenceEntry): Promise<boolean> {
    return extra?.mark === undefined || (await trust?.isOwn(uri, extra.mark)) !== true;
  }
  return {
    name: defaultStoragePolicy.name,
    config: () => ({}),
    storeFiles: (files, options) => batched(() => storeFiles(blobs, files, options)),
    loadFiles: (files, options) => batched(() => loadFiles(blobs, files, options)),
    openFile: (entry, options) => blobs.open(entry.digest, options),
    storeReference: (uri, options = {}) => storeReference(handlers, trust, uri, options),
    async *loadReference(entry, options) {
      const handler = await requireHandler(handlers, entry.uri);
      yield* handler.open(entry, { ...options, foreign: await isForeign(entry) });
    },
    async checkReference(entry, options) {
      const handler = await requireHandler(handlers, entry.uri);
      return checkReference(handler, entry, { ...options, foreign: await isForeign(entry) });
    },
  };
}

async function* storeFiles(
  blobs: BlobStore,
  files: AnyIterable<FileToStore>,
  options?: TransferOptions,
): AsyncGenerator<readonly StoredFile[], void, undefined> {
  const waiting = new Waiting<number, string>();
  let count = 0;
  const toSource = ({ path, source }: FileToStore): Source => {
    waiting.set(count++, checkPath(path));
    return source;
  };
  const toStored = ({ index, digest, size, created }: PutResult): StoredFile => {
    const path = take(waiting, index);
    return { entry: { kind: 'file', path, digest, size }, created };
  };
  for await (const results of batchesOf(blobs.put(mapped(files, toSource), options))) {
    yield results.map(toStored);
  }
}

async function* loadFiles(
  blobs: BlobStore,
  files: AnyIterable<FileToLoad>,
  options?: TransferOptions,
): AsyncGenerator<readonly LoadedFile[], void, undefined> {
  const waiting = new Waiting<number, FileEntry>();
  let count = 0;
  const toRequest = ({ entry, to: path, isFolderNew }: FileToLoad): CopyRequest => {
    waiting.set(count++, entry);
    return { digest: entry.digest, path, isFolderNew };
  };
  const toLoaded = ({ index, written }: CopyResult): LoadedFile => ({ entry: take(waiting, index), written });
  for await (const results of batchesOf(blobs.copyTo(mapped(files, toRequest), options))) {
    yield results.map(toLoaded);
  }
}

/** What `map` makes of each item. What needs no waiting stays so: each wait costs more than the rest. */
function mapped<T, R>(items: AnyIterable<T>, map: (item: T) => R): AnyIterable<R> {
  return Symbol.iterator in items ? mapNow(items, map) : batched(() => mapAsTheyCome(items, map));
}

function* mapNow<T, R>(items: Iterable<T>, map: (item: T) => R): Generator<R, void, undefined> {
  for (const item of items) yield map(item);
}

async function* mapAsTheyCome<T, R>(
  items: AsyncIterable<T>,
  map: (item: T) => R,
): AsyncGenerator<readonly R[], void, undefined> {
  for await (const batch of batchesOf(items)) yield batch.map(map);
}

function take<T extends {}>(waiting: Waiting<number, T>, index: number): T {
  const value = waiting.take(index);
  if (value === undefined)
    throw new TypeError(`a blob store answered for item ${index}, which it was not given`);
  return value;
}

async function* storeReference(
  handlers: HandlerRegistry,
  trust: ReferenceTrust | undefined,
  uri: string,
  options: StoreReferenceOptions,
): AsyncIterable<ReferenceEntry> {
  const { name, checksum = true, maxObjects = defaultMaxObjects, signal } = options;
  checkUri(uri);
  if (name !== undefined) checkPath(name);
  const handler = await handlers.find(uri);
  if (handler === undefined) {
    yield unknownReference(uri, name);
    return;
  }
  const named = name !== undefined;
  let count = 0;
  for await (const observation of handler.observe(uri, { checksum, named, maxObjects, signal })) {
    if (++count > maxObjects) {
      throw new CairnError('too_many_objects', `${quote(uri)} names more than ${maxObjects} objects`, {
        hint: `Raise { maxObjects } (it is ${maxObjects}), or refer to a smaller folder.`,
      });
    }
    yield toEntry(observation, name, await trust?.mark(observation.uri));
  }
  if (count === 0) {
    throw new CairnError('not_found', `nothing is there at ${quote(uri)}`, { hint: 'Check the URI.' });
  }
}

function unknownReference(uri: string, name: string | undefined): ReferenceEntry {
  if (name === undefined) {
    throw new CairnError('path_invalid', `no handler knows how ${quote(uri)} is called in an artifact`, {
      hint: 'Pass { name } to record the URI alone, or { handlers: [...] } with one for its scheme.',
    });
  }
  if (redact(uri) !== uri) {
    throw new CairnError('uri_invalid', `${quote(uri)} holds credentials, which are never stored`, {
      hint: 'Leave them out of the URI.',
    });
  }
  return { kind: 'reference', path: name, uri, digest: `uri:${uri}` };
}

function toEntry(
  observation: Observation,
  name: string | undefined,
  mark: string | undefined,
): ReferenceEntry {
  const { kind, path, uri, digest, size } = observation;
  const extra = { ...observation.extra, ...(mark === undefined ? {} : { mark }) };
  const placed = name === undefined ? path : kind === 'object' ? name : `${name}/${path}`;
  if (placed === '') {
    throw new CairnError('path_invalid', `${quote(uri)} has no name that could be a path in an artifact`, {
      hint: 'Pass { name } to choose one.',
    });
  }
  return {
    kind: 'reference',
    path: checkPath(placed),
    uri: checkUri(uri),
    digest,
    ...(size === undefined ? {} : { size }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}
