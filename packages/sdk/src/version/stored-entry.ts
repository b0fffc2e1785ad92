import {
  type ByteRange,
  type CallOptions,
  type Digest,
  digestKind,
  type Entry as EntryRecord,
} from '@cairn/core';
import type { EntryDownloadOptions } from '../download/options.js';
import { fileOf } from '../download/root.js';
import { readStore } from '../store/store-access.js';
import type { Entry, Version } from '../version.js';
import { openContents } from './contents.js';
import type { VersionInside } from './stored-version.js';

/** An entry of a version in a store. */
export class StoredEntry implements Entry {
  readonly path: string;
  readonly digest: Digest;
  readonly size: number | undefined;
  readonly #record: EntryRecord;
  readonly #version: Version<object>;
  readonly #inside: VersionInside;

  constructor(version: Version<object>, inside: VersionInside, record: EntryRecord) {
    this.path = record.path;
    this.digest = record.digest;
    this.size = record.size;
    this.#record = record;
    this.#version = version;
    this.#inside = inside;
  }

  get isUnverified(): boolean {
    return digestKind(this.digest) === 'unverified';
  }

  ref(): string | undefined {
    return this.#record.kind === 'reference' ? this.#record.uri : undefined;
  }

  async download(options: EntryDownloadOptions = {}): Promise<string> {
    const root = await this.#version.download({ ...options, path: this.path });
    return fileOf(root, this.path);
  }

  open(
    options: CallOptions & { readonly range?: ByteRange | undefined } = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const record = this.#record;
    const inside = this.#inside;
    return readStore(inside.workspace.store, async function* (store) {
      const { policy } = await openContents(inside, store, options.signal);
      yield* record.kind === 'file'
        ? policy.openFile(record, options)
        : policy.loadReference(record, options);
    });
  }
}
