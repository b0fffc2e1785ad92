import {
  CairnError,
  checkDescription,
  checkMetadata,
  checkName,
  checkPath,
  type JsonObject,
  quote,
  type ReferenceEntry,
  type StoragePolicyFactory,
} from '@cairn/core';
import type { Content } from './artifact/content.js';
import { Draft, type DraftClaim } from './artifact/draft.js';
import { type DraftEntry, sizeOfEntry } from './artifact/draft-entry.js';
import type { Addition } from './artifact/entry-table.js';
import { describe, type FileData, keep, toPath } from './artifact/file-data.js';
import { type FileWriter, type OpenFile, openFile, writtenBy } from './artifact/file-writer.js';
import { deepFreeze, guard } from './artifact/guard.js';
import { openBase } from './artifact/kept-entries.js';
import { fileEntry, folderEntries } from './artifact/local-files.js';
import type {
  AddDirOptions,
  AddFileOptions,
  AddReferenceOptions,
  ArtifactOptions,
  NewFileOptions,
} from './artifact/options.js';
import { observeReference, type ReferenceSettings } from './artifact/references.js';
import { validateNow } from './metadata-schema.js';
import type { ArtifactType, Metadata, MetadataSchema } from './metadata-types.js';
import { abortable } from './util/abortable.js';
import { insideOf } from './version/stored-version.js';
import type { Version } from './version.js';

/** An artifact as it was when the call that stores it was made. */
export interface ArtifactClaim extends DraftClaim {
  readonly name: string;
  readonly type: string;
  readonly description: string | undefined;
  readonly metadata: JsonObject;
  readonly schema: MetadataSchema | undefined;
  readonly storagePolicy: StoragePolicyFactory | undefined;
}

/** Holds an artifact still while it is stored. @throws CairnError `metadata_invalid`. */
export let claimArtifact: (artifact: Artifact<object>) => ArtifactClaim;

/**
 * A folder of entries under construction. Logging it makes a version of it, after which it is final.
 *
 * Nothing is copied: files are remembered by where they are and what they look like, and read when the artifact is logged.
 * Calls take effect in their order; one whose `await` was forgotten is waited for, and if it failed logging says so.
 *
 * @example
 * const artifact = new Artifact('bike-dataset', { type: 'dataset', metadata: { rows: 1200 } });
 * await artifact.addFile('bicycle-data.h5');
 * await run.logArtifact(artifact);
 */
export class Artifact<M extends object = Metadata> {
  readonly #draft: Draft;
  readonly #references: ReferenceSettings;
  readonly #schema: MetadataSchema | undefined;
  #name: string;
  #type: string;
  #description: string | undefined;
  #metadata: M;

  /**
   * @param name Of its collection: 1–128 letters, digits, `_`, `-` and `.`.
   * @throws CairnError `name_invalid`, `metadata_invalid`.
   */
  constructor(name: string, options: ArtifactOptions<M> = {}) {
    const { type = 'unspecified', description, metadata = {}, schema, handlers, storagePolicy } = options;
    this.#draft = new Draft(() => this.#name);
    this.#references = { handlers, storagePolicy };
    this.#schema = schema;
    this.#name = checkName(name);
    this.#type = checkName(type, 'artifact type');
    this.#description = description === undefined ? undefined : checkDescription(description);
    this.#metadata = this.#checked(metadata);
  }

  /**
   * A draft that starts with what a version holds. Entries that are kept are neither read nor uploaded again.
   *
   * @param options Instead of those of the version.
   */
  static from<M extends object>(
    version: Version<M>,
    options: { name?: string } & ArtifactOptions<M> = {},
  ): Artifact<M> {
    const { name = version.name, ...others } = options;
    const { type, description, metadata } = version;
    const artifact = new Artifact<M>(name, { type, description, metadata, ...others } as ArtifactOptions<M>);
    // Its failure is met when the draft is logged.
    void artifact.#draft.startFrom(async () => openBase(insideOf(version), `${version}`));
    return artifact;
  }

  get name(): string {
    return this.#name;
  }

  set name(name: string) {
    this.#draft.checkOpen();
    this.#name = checkName(name);
  }

  get type(): ArtifactType {
    return this.#type;
  }

  set type(type: ArtifactType) {
    this.#draft.checkOpen();
    this.#type = checkName(type, 'artifact type');
  }

  get description(): string | undefined {
    return this.#description;
  }

  set description(description: string | undefined) {
    this.#draft.checkOpen();
    this.#description = description === undefined ? undefined : checkDescription(description);
  }

  /** A copy of what was set; change it in place or replace it. */
  get metadata(): M {
    return this.#draft.isOpen ? this.#metadata : guard(this.#metadata, () => this.#draft.checkOpen());
  }

  set metadata(metadata: M) {
    this.#draft.checkOpen();
    this.#metadata = this.#checked(metadata);
  }

  /**
   * Adds a file: a path, a `file:` URL, bytes, a `Blob`, or a web or Node stream.
   *
   * @param options.name Its path in the artifact. Default: the file's own name; bytes and streams have none and need it.
   * @throws CairnError `path_conflict` when other content has that path; `path_invalid` for what is no file; `not_found`,
   * `forbidden`, `artifact_finalized`.
   */
  addFile(source: string | URL | FileData, options: AddFileOptions = {}): Promise<void> {
    return this.#add(options, async () => {
      if (typeof source === 'string' || source instanceof URL) {
        return fileEntry(toPath(source), this.#draft.temp, options);
      }
      return this.#keep(nameOf(source, options.name), source, options.signal);
    });
  }

  /**
   * Adds all files of a folder and of those below it, all of them or none. Links are followed.
   *
   * @param options.name The folder they get in the artifact. Default: none.
   * @throws CairnError as {@link addFile}; also for a socket, a broken link or an unreadable file: nothing is left out.
   */
  addDir(path: string | URL, options: AddDirOptions = {}): Promise<void> {
    return this.#add(options, () => folderEntries(toPath(path), this.#draft.temp, options));
  }

  /**
   * Adds a file that is made here: of a text or bytes, or by a function that writes it. If the function throws, nothing is
   * added. Without either it resolves to a file that is added when it is closed.
   *
   * @example
   * await artifact.newFile('hello.txt', 'hi');
   * await artifact.newFile('rows.csv', async (file) => { for (const row of rows) await file.write(row); });
   */
  newFile(
    name: string,
    data: string | FileData | ((file: FileWriter) => unknown),
    options?: NewFileOptions,
  ): Promise<void>;
  newFile(name: string, data?: undefined, options?: NewFileOptions): Promise<OpenFile>;
  newFile(
    name: string,
    data?: string | FileData | ((file: FileWriter) => unknown),
    options: NewFileOptions = {},
  ): Promise<unknown> {
    if (data === undefined) return this.#openFile(name, options);
    return this.#add(options, async () => {
      if (typeof data !== 'function') return this.#keep(name, data, options.signal);
      return newFileEntry(checkPath(name), await writtenBy(data, this.#draft.temp));
    });
  }

  /**
   * Adds references to what a URI names: one object, or all of a folder or prefix, all of them or none.
   *
   * @param options.name The path of a single object, or the folder for many. Default: the object's own name, or none.
   * @param options.checksum `false` records the URI alone, without asking for it. Default: `true`.
   * @param options.maxObjects One object more is `too_many_objects`. Default: 10,000.
   * @returns The entries.
   * @throws CairnError `not_found`, `too_many_objects`, `handler_missing`, `uri_invalid`, `path_conflict`, `path_invalid`.
   */
  addReference(uri: string | URL, options: AddReferenceOptions = {}): Promise<readonly ReferenceEntry[]> {
    const { overwrite, signal, ...how } = options;
    const prepare = async () => {
      const found = await observeReference(String(uri), { ...how, signal }, this.#references);
      const entries = found.map((entry): DraftEntry => ({ kind: 'reference', path: entry.path, entry }));
      return { entries, result: found };
    };
    return this.#draft.add(() => abortable(prepare(), signal), overwrite);
  }

  /** Removes an entry, or a folder with all that is in it. @throws CairnError `not_found`, `artifact_finalized`. */
  remove(path: string): Promise<void> {
    return this.#draft.remove(path);
  }

  /** What was added so far, in the order of the paths, without what it started from. Sizes are those when it was added. */
  async *added(): AsyncGenerator<
    { readonly path: string; readonly size: number | undefined },
    void,
    undefined
  > {
    const claim = this.#draft.claim();
    try {
      const table = await claim.entries();
      for (const entry of table.added()) yield { path: entry.path, size: sizeOfEntry(entry) };
    } finally {
      await claim.end();
    }
  }

  #add(options: NewFileOptions, prepare: () => Promise<DraftEntry | readonly Addition[]>): Promise<void> {
    const { overwrite, signal } = options;
    const prepared = async () => ({ entries: [await prepare()].flat(), result: undefined });
    return this.#draft.add(() => abortable(prepared(), signal), overwrite);
  }

  async #keep(path: string, data: string | FileData, signal: AbortSignal | undefined): Promise<DraftEntry> {
    checkPath(path);
    const content = await keep(data, this.#draft.temp, signal);
    return { kind: 'new', path, content, from: describe(data) };
  }

  async #openFile(path: string, options: NewFileOptions): Promise<OpenFile> {
    this.#draft.checkOpen();
    return openFile(checkPath(path), this.#draft, (finish) =>
      this.#add(options, async () => newFileEntry(path, await finish())),
    );
  }

  #checked(metadata: object): M {
    const copy = checkMetadata(metadata);
    if (this.#schema !== undefined) validateNow(this.#schema, copy, `the artifact ${quote(this.#name)}`);
    return copy as object as M;
  }

  #claim(): ArtifactClaim {
    const { storagePolicy } = this.#references;
    const metadata = this.#checked(this.#metadata);
    const { entries, end } = this.#draft.claim();
    // Whoever holds the old object must not believe that a change of it still counts.
    deepFreeze(this.#metadata);
    this.#metadata = metadata;
    return {
      name: this.#name,
      type: this.#type,
      description: this.#description,
      metadata: metadata as JsonObject,
      schema: this.#schema,
      storagePolicy,
      entries,
      end,
    };
  }

  static {
    claimArtifact = (artifact) => artifact.#claim();
  }
}

function newFileEntry(path: string, content: Content): DraftEntry {
  return { kind: 'new', path, content, from: 'newFile' };
}

function nameOf(data: FileData, name: string | undefined): string {
  const own = data instanceof Blob && 'name' in data ? String(data.name) : undefined;
  const chosen = name ?? own;
  if (chosen !== undefined) return chosen;
  throw new CairnError('path_invalid', `${describe(data)} has no name of its own`, {
    hint: 'Pass { name } to say what it is called in the artifact.',
  });
}
