import {
  CairnError,
  type CallOptions,
  type CollectionRecord,
  type Condition,
  type ParsedQuery,
  parseQuery,
  parseSort,
  quote,
  type SortKey,
} from '@cairn/core';
import type { ArtifactType, MetadataOf, MetadataSchema } from './metadata-types.js';
import type { TypedUseOptions, UseOptions } from './run.js';
import { type RunInfo, toRunInfo } from './run-info.js';
import { readStore, withStore } from './store/store-access.js';
import { abortable } from './util/abortable.js';
import { type LookUpOptions, lookUp } from './version/look-up.js';
import { StoredVersion } from './version/stored-version.js';
import type { Version } from './version.js';
import { createWorkspace, type Workspace, type WorkspaceOptions } from './workspace.js';

interface ListOptions extends CallOptions {
  /** Default: those of the `Api`. */
  readonly entity?: string | undefined;
  readonly project?: string | undefined;
  /** Default: no limit. */
  readonly limit?: number | undefined;
}

export interface ArtifactsOptions extends ListOptions {
  /** The collection. Default: all of the project. */
  readonly name?: string | undefined;
  readonly type?: ArtifactType | undefined;
  /**
   * What must hold, as conditions or as text: `alias:best metadata.map50>=0.7 created:>2026-01-01 -tag:old`. The text may
   * also name `type:`, `name:` and `sort:`.
   */
  readonly where?: string | readonly Condition[] | undefined;
  /** Such as `-metadata.map50`. Default: the newest first. */
  readonly sort?: string | SortKey | undefined;
  /** Lists those that are deleted and can still be restored, instead of those that are not. Default: `false`. */
  readonly deleted?: boolean | undefined;
}

export interface CollectionsOptions extends ListOptions {
  readonly type?: ArtifactType | undefined;
}

export interface RunsOptions extends ListOptions {
  readonly jobType?: string | undefined;
}

/**
 * Reads a store outside of any run: nothing it does is recorded. Lists come lazily and are never cut, except by a limit.
 *
 * @example
 * const best = await new Api().artifact('bike-model:best');
 * await best.download();
 */
export class Api {
  readonly #workspace: Workspace;

  /** @throws CairnError `name_invalid`, `uri_invalid` for a URL that no store can have. */
  constructor(options: WorkspaceOptions = {}) {
    this.#workspace = createWorkspace(options);
  }

  /**
   * Looks a version up: `[[entity/]project/]name[:vN | :alias | @digest]`.
   *
   * @throws CairnError `not_found` with the nearest names, `type_mismatch`, `metadata_invalid`.
   */
  artifact<S extends MetadataSchema>(
    ref: string,
    options: TypedUseOptions<S>,
  ): Promise<Version<MetadataOf<S>>>;
  artifact(ref: string, options?: UseOptions): Promise<Version>;
  artifact(ref: string, options: LookUpOptions = {}): Promise<Version<object>> {
    const found = withStore(this.#workspace.store, (store) => lookUp(this.#workspace, store, ref, options));
    return abortable(found, options.signal);
  }

  /** Versions. @throws CairnError `name_invalid` when the query can't be read. */
  artifacts({ where = [], sort, signal, ...given }: ArtifactsOptions = {}): AsyncIterable<Version> {
    const workspace = this.#workspace;
    const text: ParsedQuery = typeof where === 'string' ? parseQuery(where) : { where };
    const isImpossible = differ(given.name, text.name) || differ(given.type, text.type);
    const query = {
      ...this.#scope(given),
      name: given.name ?? text.name,
      type: given.type ?? text.type,
      where: text.where,
      deleted: given.deleted,
      sort: typeof sort === 'string' ? parseSort(sort) : (sort ?? text.sort),
      ...(isImpossible ? { limit: 0 } : {}),
    };
    return readStore(workspace.store, async function* ({ catalog }) {
      for await (const record of catalog.listVersions(query, { signal })) {
        yield new StoredVersion(workspace, record);
      }
    });
  }

  /** The collections of the project, by name. */
  collections({ type, signal, ...given }: CollectionsOptions = {}): AsyncIterable<CollectionRecord> {
    const query = { ...this.#scope(given), type };
    return readStore(this.#workspace.store, ({ catalog }) => catalog.listCollections(query, { signal }));
  }

  /** The runs of the project, newest first. */
  runs({ jobType, signal, ...given }: RunsOptions = {}): AsyncIterable<RunInfo> {
    const workspace = this.#workspace;
    const query = { ...this.#scope(given), jobType };
    return readStore(workspace.store, async function* ({ catalog }) {
      for await (const record of catalog.listRuns(query, { signal })) yield toRunInfo(workspace, record);
    });
  }

  /** A run by its id. @throws CairnError `not_found`. */
  async run(id: string, { signal }: CallOptions = {}): Promise<RunInfo> {
    const workspace = this.#workspace;
    const record = await withStore(workspace.store, ({ catalog }) => catalog.getRun(id, { signal }));
    if (record !== undefined) return toRunInfo(workspace, record);
    throw new CairnError('not_found', `there is no run ${quote(id)}`, {
      hint: 'Check the id and the store; list the runs with api.runs().',
    });
  }

  #scope({ entity, project, limit }: ListOptions): ListOptions {
    return { entity: entity ?? this.#workspace.entity, project: project ?? this.#workspace.project, limit };
  }
}

function differ(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}
