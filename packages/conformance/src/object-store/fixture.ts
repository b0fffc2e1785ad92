import type { ByteRange, ObjectStore } from '@cairn/core';
import { readAll } from '@cairn/core';
import { collect, freshName } from '../helpers.js';
import type { Case, Fixture } from '../suite.js';

export interface ObjectStoreFixture extends Fixture<'signed' | 'signedWrites'> {
  readonly objects: ObjectStore;
  /** The same store as the next process sees it. */
  reopen?(): Promise<ObjectStore>;
}

export type ObjectStoreCase = Case<ObjectStoreFixture>;

/** A prefix under which no store has anything. */
export function freshPrefix(): string {
  return `${freshName('conformance')}/`;
}

export function read(objects: ObjectStore, key: string, range?: ByteRange): Promise<Uint8Array> {
  return readAll(objects.open(key, { range }));
}

/** The keys under a prefix, without it. */
export async function keysUnder(objects: ObjectStore, prefix: string): Promise<string[]> {
  return (await collect(objects.list(prefix))).map(({ key }) => key.slice(prefix.length));
}
