import type { ByteRange, Observation, ReferenceEntry, StorageHandler } from '@cairn/core';
import { readAll } from '@cairn/core';
import { collect, freshName } from '../helpers.js';
import type { Case, Fixture } from '../suite.js';

/**
 * - `versioned`: what was observed can be read after it was changed or removed.
 * - `contentDigest`: observations carry a digest of the contents, and `open` compares the bytes with it.
 * - `private`: it reaches this user's own files or network, so it refuses foreign references.
 * - `verify`: it has the third function.
 * - `anyKey`: the source takes any text as the place of an object, also one that is no path, and so does `put`.
 */
export type HandlerCapability = 'versioned' | 'contentDigest' | 'private' | 'verify' | 'anyKey';

/** What makes things happen at the source. What a source can't do is left out, and the cases that need it are skipped. */
export interface HandlerFixture extends Fixture<HandlerCapability> {
  readonly handler: StorageHandler;
  /** Makes an object at a `/`-separated path that is new, and returns its URI. */
  put(path: string, bytes: Uint8Array): Promise<string> | string;
  /** The URI of the folder or prefix at a path. Left out where the source knows none. */
  prefix?(path: string): string;
  /** Gives an object other bytes. */
  change?(uri: string, bytes: Uint8Array): Promise<void> | void;
  /** Removes an object. */
  remove?(uri: string): Promise<void> | void;
  /** From now on, nobody may see or read the object. */
  forbid?(uri: string): Promise<void> | void;
  /** From now on, the source can't be reached. */
  disconnect?(): Promise<void> | void;
  /** Every listing breaks off from now on, after some of its members. */
  breakListings?(): Promise<void> | void;
  /** The bodies of the object end too soon from now on, as a lost connection ends them. */
  cutBody?(uri: string): Promise<void> | void;
  /** The bodies of the object have a wrong byte from now on, while all that is said of it stays as it was. */
  corruptBody?(uri: string): Promise<void> | void;
  /** How many connections or files the handler holds open. */
  openConnections?(): number;
}

export type HandlerCase = Case<HandlerFixture>;

/** A folder that no source has seen. */
export function freshFolder(): string {
  return freshName('conformance');
}

/** Observes a single object. */
export async function observeOne(handler: StorageHandler, uri: string): Promise<Observation> {
  const observations = await collect(handler.observe(uri));
  const [only] = observations;
  if (only !== undefined && observations.length === 1) return only;
  throw new Error(`${observations.length} observations of the object ${uri}`);
}

/** The entry that an artifact would hold of an observation. */
export function toReference({ path, uri, digest, size, extra }: Observation): ReferenceEntry {
  return {
    kind: 'reference',
    path: path === '' ? 'unnamed' : path,
    uri,
    digest,
    ...(size === undefined ? {} : { size }),
    ...(extra === undefined ? {} : { extra }),
  };
}

export async function referTo(handler: StorageHandler, uri: string): Promise<ReferenceEntry> {
  return toReference(await observeOne(handler, uri));
}

export function read(
  handler: StorageHandler,
  reference: ReferenceEntry,
  range?: ByteRange,
): Promise<Uint8Array> {
  return readAll(handler.open(reference, { range }));
}
