import { randomBytes } from 'node:crypto';
import type {
  Catalog,
  CollectionRef,
  CommitRequest,
  ContentDigest,
  JsonObject,
  NewRun,
  RunRecord,
  VersionQuery,
  VersionRecord,
} from '@cairn/core';
import { collect, freshName } from '../helpers.js';
import type { Case, Fixture } from '../suite.js';

export interface CatalogFixture extends Fixture<never> {
  readonly catalog: Catalog;
  /** Sets the catalog's clock ahead. Without it, what needs minutes to show is skipped. */
  advance?(milliseconds: number): Promise<void> | void;
  /** The same catalog as the next process sees it. */
  reopen?(): Promise<Catalog>;
}

export type CatalogCase = Case<CatalogFixture>;

/** A collection that no catalog has seen, in a project of its own. */
export function freshCollection(name = 'bike-dataset'): CollectionRef {
  return { entity: freshName('entity'), project: 'bikes', name };
}

function freshDigest(): ContentDigest {
  return `blake3:${randomBytes(32).toString('hex')}`;
}

/** A commit of contents that no catalog has seen. */
export function commitOf(collection: CollectionRef, changes: Partial<CommitRequest> = {}): CommitRequest {
  const digest = freshDigest();
  return {
    ...collection,
    type: 'dataset',
    digest,
    manifest: freshDigest(),
    entryCount: 3,
    size: 1000,
    metadata: {},
    aliases: [],
    tags: [],
    ...changes,
  };
}

/** Commits contents that no catalog has seen. */
export async function commit(
  catalog: Catalog,
  collection: CollectionRef,
  changes: Partial<CommitRequest> = {},
): Promise<VersionRecord> {
  return (await catalog.commitVersion(commitOf(collection, changes))).version;
}

/** Commits one version after the other, each with one of these metadata. */
export async function commitEach(
  catalog: Catalog,
  collection: CollectionRef,
  metadata: readonly JsonObject[],
): Promise<VersionRecord[]> {
  const versions: VersionRecord[] = [];
  for (const each of metadata) versions.push(await commit(catalog, collection, { metadata: each }));
  return versions;
}

export function runOf(
  { entity, project }: Pick<CollectionRef, 'entity' | 'project'>,
  changes: Partial<NewRun> = {},
): NewRun {
  return { entity, project, id: freshName('run'), config: {}, ...changes };
}

export function startRun(
  catalog: Catalog,
  collection: CollectionRef,
  changes: Partial<NewRun> = {},
): Promise<RunRecord> {
  return catalog.startRun(runOf(collection, changes));
}

/** A run that logs new contents, and what it logged. */
export async function logOne(
  catalog: Catalog,
  collection: CollectionRef,
  runId: string,
): Promise<VersionRecord> {
  return commit(catalog, collection, { edge: { runId, direction: 'output' } });
}

/** The numbers of the versions that a query finds. */
export async function numbers(catalog: Catalog, query: VersionQuery): Promise<number[]> {
  return (await collect(catalog.listVersions(query))).map(({ version }) => version);
}

/** The number an alias points to, or `undefined`. */
export async function holderOf(
  catalog: Catalog,
  collection: CollectionRef,
  alias: string,
): Promise<number | undefined> {
  return (await catalog.findVersion(collection, { alias }))?.version;
}

/** Waits until what comes next has a later time. */
export async function nextMillisecond(): Promise<void> {
  const start = Date.now();
  while (Date.now() <= start + 1) await new Promise((resolve) => setTimeout(resolve, 1));
}
