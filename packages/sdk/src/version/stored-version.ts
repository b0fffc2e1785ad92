import {
  type CallOptions,
  type ContentDigest,
  checkAliases,
  checkMetadata,
  checkTags,
  type LineageGraph,
  type VersionRecord,
} from '@cairn/core';
import { download } from '../download/download.js';
import type { DownloadOptions } from '../download/options.js';
import { rootOf } from '../download/root.js';
import { select } from '../download/select.js';
import type { Metadata } from '../metadata-types.js';
import { lineageOf, type RunInfo, runsOfVersion } from '../run-info.js';
import { readStore, withStore } from '../store/store-access.js';
import { abortable } from '../util/abortable.js';
import type { Entry, LineageOptions, Version, VersionDiff } from '../version.js';
import type { Workspace } from '../workspace.js';
import { checkReferences, type ReferencesReport } from './check-references.js';
import { type Contents, openContents } from './contents.js';
import { diffMetadata } from './diff-metadata.js';
import { diffEntries } from './diff-versions.js';
import { patchOf, remember, type Seen } from './edits.js';
import { findEntry } from './find-entry.js';
import { LabelSet } from './label-set.js';
import { StoredEntry } from './stored-entry.js';
import { type VerifyFolderOptions, type VerifyReport, verifyFolder } from './verify.js';

/** What other parts need of a version beside its public side. */
export interface VersionInside {
  readonly record: VersionRecord;
  readonly workspace: Workspace;
}

/** @throws TypeError when it is not a version of this copy of the sdk. */
export let insideOf: (version: Version<object>) => VersionInside;

/** A version in a store. The store is opened for each call that needs it, so a version outlives its run. */
export class StoredVersion<M extends object = Metadata> implements Version<M> {
  readonly id: string;
  readonly entity: string;
  readonly project: string;
  readonly name: string;
  readonly version: `v${number}`;
  readonly type: string;
  readonly digest: ContentDigest;
  readonly entryCount: number;
  readonly size: number;
  readonly createdAt: string;
  description: string | undefined;
  metadata: M;
  ttl: number | undefined;
  #aliases: LabelSet;
  #tags: LabelSet;
  #seen: Seen;
  readonly #workspace: Workspace;

  /** @param metadata What a schema made of the record's. */
  constructor(
    workspace: Workspace,
    record: VersionRecord,
    metadata: object = checkMetadata(record.metadata),
  ) {
    this.id = record.id;
    this.entity = record.entity;
    this.project = record.project;
    this.name = record.name;
    this.version = `v${record.version}`;
    this.type = record.type;
    this.digest = record.digest;
    this.entryCount = record.entryCount;
    this.size = record.size;
    this.createdAt = record.createdAt;
    this.description = record.description;
    this.metadata = metadata as M;
    this.ttl = record.ttl;
    this.#aliases = new LabelSet(record.aliases);
    this.#tags = new LabelSet(record.tags);
    this.#seen = remember(record, metadata);
    this.#workspace = workspace;
  }

  get aliases(): LabelSet {
    return this.#aliases;
  }

  set aliases(aliases: Iterable<string>) {
    this.#aliases = new LabelSet(checkAliases(aliases));
  }

  get tags(): LabelSet {
    return this.#tags;
  }

  set tags(tags: Iterable<string>) {
    this.#tags = new LabelSet(checkTags(tags));
  }

  async save({ signal }: CallOptions = {}): Promise<void> {
    const patch = patchOf(this, this.#seen);
    if (patch === undefined) return;
    const { metadata } = this;
    const record = await withStore(this.#workspace.store, ({ catalog }) =>
      catalog.updateVersion(this.id, patch, { signal }),
    );
    this.#seen = remember(record, metadata);
  }

  download(options: DownloadOptions = {}): Promise<string> {
    return this.#open((contents) => download(this, contents, options), options.signal);
  }

  getPath(path: string, { signal }: CallOptions = {}): Promise<Entry> {
    return this.#open(async ({ manifest }) => {
      return new StoredEntry(this, insideOf(this), await findEntry(manifest, path, `${this}`, signal));
    }, signal);
  }

  entries(
    options: CallOptions & { readonly prefix?: string | undefined } = {},
  ): AsyncGenerator<Entry, void, undefined> {
    const inside = insideOf(this);
    const version = this;
    return readStore(this.#workspace.store, async function* (store) {
      const { manifest } = await openContents(inside, store, options.signal);
      for await (const batch of manifest.batches(options)) {
        for (const entry of batch) yield new StoredEntry(version, inside, entry);
      }
    });
  }

  verify(root?: string, { include, signal }: VerifyFolderOptions = {}): Promise<VerifyReport> {
    return this.#open(async ({ manifest }) => {
      const selection = await select(manifest, { include, signal }, `${this}`);
      return verifyFolder(selection, rootOf(this, root), signal);
    }, signal);
  }

  checkReferences({ signal }: CallOptions = {}): Promise<ReferencesReport> {
    return this.#open((contents) => checkReferences(contents, signal), signal);
  }

  async loggedBy(options?: CallOptions): Promise<RunInfo | undefined> {
    for await (const run of runsOfVersion(this.#workspace, this.id, 'output', options)) return run;
    return undefined;
  }

  usedBy(options?: CallOptions): AsyncGenerator<RunInfo, void, undefined> {
    return runsOfVersion(this.#workspace, this.id, 'input', options);
  }

  lineage(options?: LineageOptions): Promise<LineageGraph> {
    return lineageOf(this.#workspace, { versionId: this.id }, options);
  }

  async diff(other: Version<object>, { signal }: CallOptions = {}): Promise<VersionDiff> {
    const that = insideOf(other);
    const metadata = [...diffMetadata(this.#seen.record.metadata, that.record.metadata)];
    return this.#open(
      (before) =>
        withStore(that.workspace.store, async (store) => {
          const after = await openContents(that, store, signal);
          return { ...(await diffEntries(before.manifest, after.manifest, { signal })), metadata };
        }),
      signal,
    );
  }

  delete({
    deleteAliases,
    signal,
  }: CallOptions & { readonly deleteAliases?: boolean | undefined } = {}): Promise<void> {
    return withStore(this.#workspace.store, ({ catalog }) =>
      catalog.deleteVersion(this.id, { deleteAliases, signal }),
    );
  }

  async restore({ signal }: CallOptions = {}): Promise<void> {
    await withStore(this.#workspace.store, ({ catalog }) => catalog.restoreVersion(this.id, { signal }));
  }

  toString(): string {
    return `${this.entity}/${this.project}/${this.name}:${this.version}`;
  }

  #open<T>(use: (contents: Contents) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const inside = insideOf(this);
    const work = withStore(inside.workspace.store, async (store) =>
      use(await openContents(inside, store, signal)),
    );
    return abortable(work, signal);
  }

  static {
    insideOf = (version) => {
      if (version instanceof StoredVersion)
        return { record: version.#seen.record, workspace: version.#workspace };
      throw new TypeError('this version is of another copy of @cairn/sdk');
    };
  }
}
