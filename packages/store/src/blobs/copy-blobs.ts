import {
  type AnyIterable,
  type ContentDigest,
  type CopyRequest,
  type CopyResult,
  type Hasher,
  type TransferOptions,
  untilAborted,
} from '@cairn/core';
import { type FileSystem, publishFile } from '@cairn/file';
import { rawDigest, recipeKind } from '../packs/pack-format.js';
import { keyOf, type Location } from '../packs/pack-index.js';
import type { PackReader } from '../packs/pack-reader.js';
import type { RecipeRow } from '../packs/recipe.js';
import type { FileToRestore, PlacedRecord } from '../restore/restore-files.js';
import type { SharedPorts } from '../threads/ports.js';
import { HeldPorts } from './held-ports.js';
import { inParallel } from './in-parallel.js';
import { missing, readBlob } from './read-blob.js';

export interface CopyContext {
  readonly fs: FileSystem;
  readonly hasher: Hasher;
  readonly reader: PackReader;
  readonly ports: SharedPorts;
}

/** How many files are made before anybody can break off. */
const filesAtOnce = 128;
/** What is worth a worker by itself, in bytes. */
const worthAWorker = 32 * 1024 * 1024;

interface Numbered extends CopyRequest {
  readonly index: number;
}

/**
 * Makes files of blobs; see `BlobStore.copyTo`. They are copies, never links, and not synced: what a power cut takes of them
 * is fetched again by the next call.
 */
export async function* copyBlobs(
  context: CopyContext,
  requests: AnyIterable<CopyRequest>,
  options: TransferOptions,
): AsyncGenerator<CopyResult, void, undefined> {
  const ports = new HeldPorts(context.ports);
  const batches = gather(untilAborted(requests, options.signal));
  try {
    const copy = (batch: readonly Numbered[]) => copyBatch(context, ports, batch, options);
    for await (const results of inParallel(batches, context.ports.limit, copy)) yield* results;
  } finally {
    await ports.end();
  }
}

async function* gather(requests: AsyncIterable<CopyRequest>): AsyncGenerator<readonly Numbered[]> {
  let batch: Numbered[] = [];
  let index = 0;
  for await (const { digest, path } of requests) {
    batch.push({ digest, path, index: index++ });
    if (batch.length < filesAtOnce) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function copyBatch(
  context: CopyContext,
  ports: HeldPorts,
  batch: readonly Numbered[],
  options: TransferOptions,
): Promise<CopyResult[]> {
  const { reader } = context;
  const { signal, onBytes } = options;
  const found = await reader.find(
    batch.map(({ digest }) => rawDigest(digest)),
    { signal },
  );
  const files: (FileToRestore & { readonly index: number })[] = [];
  for (const { digest, path, index } of batch) {
    const location = found.get(keyOf(rawDigest(digest)));
    if (location === undefined) throw missing(digest);
    const records = await placesOf(context, digest, location, options);
    files.push({ digest, path, index, size: location.size, records });
  }
  files.sort(inOrderOfReading);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const port = await ports.take({ isLocal: false, isMuch: size >= worthAWorker });
  try {
    const results: CopyResult[] = [];
    // A large file at a time, so that an abort needn't wait for all of them.
    for (const group of groups(files)) {
      signal?.throwIfAborted();
      const outcomes = await port.restore(group);
      for (const [i, { index, path, digest, size }] of group.entries()) {
        if (outcomes[i] === 'unreadable') await copySlowly(context, digest, path, options);
        onBytes?.(size);
        results.push({ index, size, written: outcomes[i] !== 'right' });
      }
    }
    return results;
  } finally {
    ports.leave(port);
  }
}

/** Where the records of a blob are; none if that can't be told. */
async function placesOf(
  { reader }: CopyContext,
  digest: ContentDigest,
  location: Location,
  { signal }: TransferOptions,
): Promise<PlacedRecord[]> {
  if (location.kind !== recipeKind) return (await place(reader, [location])) ?? [];
  try {
    const record = await reader.fetch(rawDigest(digest), { signal });
    const chunks: RecipeRow[] = [];
    for (const segment of await reader.segments(record))
      chunks.push(...(await reader.chunks(segment, { signal })));
    const found = await reader.find(
      chunks.map((chunk) => chunk.digest),
      { signal },
    );
    const locations = chunks.map((chunk) => found.get(keyOf(chunk.digest)));
    return (await place(reader, locations)) ?? [];
  } catch {
    signal?.throwIfAborted();
    return [];
  }
}

async function place(
  reader: PackReader,
  locations: readonly (Location | undefined)[],
): Promise<PlacedRecord[] | undefined> {
  const places: PlacedRecord[] = [];
  for (const location of locations) {
    const pack = location === undefined ? undefined : await reader.path(location.packId);
    if (location === undefined || pack === undefined) return undefined;
    places.push({ pack, start: location.start, length: location.length });
  }
  return places;
}

/** Goes by way of what says why a blob can't be read, and follows it to where it was moved. */
async function copySlowly(
  { fs, reader, hasher }: CopyContext,
  digest: ContentDigest,
  path: string,
  { signal }: TransferOptions,
): Promise<void> {
  await publishFile(path, readBlob({ reader, hasher }, digest, { signal }), { fs, signal });
}

function inOrderOfReading(a: FileToRestore, b: FileToRestore): number {
  const [first, second] = [a.records[0], b.records[0]];
  if (first === undefined || second === undefined) return 0;
  if (first.pack !== second.pack) return first.pack < second.pack ? -1 : 1;
  return first.start - second.start;
}

/** Small files together, and each large one by itself. */
function* groups<T extends FileToRestore>(files: readonly T[]): Generator<T[]> {
  const small: T[] = [];
  for (const file of files) {
    if (file.records.length === 1) small.push(file);
    else yield [file];
  }
  if (small.length > 0) yield small;
}
