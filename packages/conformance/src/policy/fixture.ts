import type {
  BlobStore,
  FileToStore,
  HandlerRegistry,
  Observation,
  ReferenceEntry,
  StorageHandler,
  StoragePolicy,
  StoragePolicyContext,
  StoragePolicyFactory,
  StoredFile,
} from '@cairn/core';
import { createHandlerRegistry } from '@cairn/core';
import { type MemoryHandler, memoryBlobStore, memoryHandler } from '@cairn/core/memory';
import { collect } from '../helpers.js';
import { readStamped, writeWhole } from '../local-files.js';
import type { Case, Fixture } from '../suite.js';

export interface StoragePolicyFixture extends Fixture<never> {
  /** The suite brings blobs and handlers itself, so that it can see what the policy does with them. */
  readonly factory: StoragePolicyFactory;
}

export type StoragePolicyCase = Case<StoragePolicyFixture>;

/** A policy, and the world it works in. */
export interface World {
  readonly policy: StoragePolicy;
  readonly blobs: BlobStore;
  readonly memory: MemoryHandler;
}

/** Makes a policy over a blob store and a handler in memory. */
export function makeWorld(
  { factory }: StoragePolicyFixture,
  context: Partial<StoragePolicyContext> = {},
): World {
  const blobs = context.blobs ?? freshBlobs();
  const memory = memoryHandler();
  const handlers = context.handlers ?? createHandlerRegistry([memory]);
  return { policy: factory.create({ config: {}, ...context, blobs, handlers }), blobs, memory };
}

export function freshBlobs(): BlobStore {
  return memoryBlobStore({ readFile: readStamped, writeFile: writeWhole });
}

/** A blob store that is done with the last first, as the contract allows. */
export function backwards({ put, copyTo, ...rest }: BlobStore): BlobStore {
  return {
    ...rest,
    put: async function* (sources, options) {
      yield* (await collect(put(sources, options))).reverse();
    },
    copyTo: async function* (files, options) {
      yield* (await collect(copyTo(files, options))).reverse();
    },
  };
}

interface Asked {
  readonly uri: string;
  readonly options: unknown;
}

/** A handler that sees what it is told to, and notes how it was asked. */
export function scripted(observations: Iterable<Observation>): {
  asked: Asked[];
  handlers: HandlerRegistry;
} {
  const asked: Asked[] = [];
  const handler: StorageHandler = {
    specVersion: 1,
    name: 'scripted',
    schemes: ['scripted'],
    async *observe(uri, options) {
      asked.push({ uri, options });
      yield* observations;
    },
    async *open({ uri }, options) {
      asked.push({ uri, options });
      yield new Uint8Array();
    },
  };
  return { asked, handlers: createHandlerRegistry([handler]) };
}

export function seen(changes: Partial<Observation> = {}): Observation {
  return { kind: 'object', path: 'a.txt', uri: 'scripted:a.txt', digest: 'etag:"1"', size: 3, ...changes };
}

export function bytesAt(path: string, bytes: Uint8Array): FileToStore {
  return { path, source: { kind: 'bytes', bytes } };
}

/** Stores one file, and returns what became of it. */
export async function storeOne(policy: StoragePolicy, path: string, bytes: Uint8Array): Promise<StoredFile> {
  const [stored] = await collect(policy.storeFiles([bytesAt(path, bytes)]));
  if (stored === undefined) throw new Error('the policy yielded nothing for a file');
  return stored;
}

/** Stores a URI that names a single object. */
export async function referOne(
  policy: StoragePolicy,
  uri: string,
  options?: Parameters<StoragePolicy['storeReference']>[1],
): Promise<ReferenceEntry> {
  const [only, ...others] = await collect(policy.storeReference(uri, options));
  if (only === undefined || others.length > 0) throw new Error(`not one entry of ${uri}`);
  return only;
}
