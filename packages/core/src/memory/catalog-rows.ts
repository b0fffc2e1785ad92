import type { CommitRequest, NewRun, RunRecord, VersionRecord } from '../seams/catalog.js';
import { type CollectionRecord, type CollectionRef, heartbeatTimeoutMs } from '../seams/catalog.js';

/* What a memory catalog keeps: rows that point at each other, and how each is shown. */

export interface RunRow {
  readonly run: NewRun;
  readonly startedAt: Date;
  heardAt: Date;
  end?: { readonly state: 'finished' | 'failed'; readonly error?: string | undefined; readonly at: Date };
  /** In the order they came. */
  readonly used: Set<VersionRow>;
  readonly logged: Set<VersionRow>;
}

export interface VersionRow {
  readonly id: string;
  readonly collection: CollectionRow;
  readonly number: number;
  readonly content: Pick<CommitRequest, 'digest' | 'manifest' | 'entryCount' | 'size'>;
  readonly createdAt: Date;
  description: string | undefined;
  metadata: VersionRecord['metadata'];
  tags: readonly string[];
  ttl: number | undefined;
  deleted: boolean;
  readonly usedBy: Set<RunRow>;
  readonly loggedBy: Set<RunRow>;
}

export interface CollectionRow {
  readonly ref: CollectionRef;
  readonly type: string;
  readonly createdAt: Date;
  /** By number; deleted ones stay. */
  readonly versions: VersionRow[];
  readonly holders: Map<string, VersionRow>;
  /** Counts the alias moves. */
  revision: number;
  /** At which revision an alias moved last, also if it is gone. */
  readonly movedAt: Map<string, number>;
}

export interface Tables {
  readonly runs: Map<string, RunRow>;
  readonly collections: Map<string, CollectionRow>;
  /** By id, in the order of creation. */
  readonly versions: Map<string, VersionRow>;
}

export function keyOf({ entity, project, name }: CollectionRef): string {
  return `${entity}/${project}/${name}`;
}

/** The versions of a collection that are not deleted. */
export function liveVersions(collection: CollectionRow): VersionRow[] {
  return collection.versions.filter(({ deleted }) => !deleted);
}

/** Makes an alias point to a version, or to none. */
export function moveAlias(collection: CollectionRow, alias: string, to: VersionRow | undefined): void {
  if (collection.holders.get(alias) === to) return;
  collection.movedAt.set(alias, ++collection.revision);
  if (to === undefined) collection.holders.delete(alias);
  else collection.holders.set(alias, to);
}

/** The aliases of a version, sorted. */
export function aliasesOf(version: VersionRow): string[] {
  return [...version.collection.holders]
    .filter(([, holder]) => holder === version)
    .map(([alias]) => alias)
    .sort();
}

export function toRunRecord({ run, startedAt, heardAt, end }: RunRow, now: Date): RunRecord {
  const { entity, project, id, name, jobType, config } = run;
  const silent = now.getTime() - heardAt.getTime() > heartbeatTimeoutMs;
  return {
    entity,
    project,
    id,
    ...(name === undefined ? {} : { name }),
    ...(jobType === undefined ? {} : { jobType }),
    config: structuredClone(config),
    state: end?.state ?? (silent ? 'crashed' : 'running'),
    startedAt: startedAt.toISOString(),
    ...(end === undefined ? {} : { endedAt: end.at.toISOString() }),
    ...(end?.error === undefined ? {} : { error: end.error }),
  };
}

export function toVersionRecord(version: VersionRow): VersionRecord {
  const { id, collection, number, content, createdAt, description, metadata, tags, ttl } = version;
  return {
    ...collection.ref,
    id,
    type: collection.type,
    version: number,
    ...content,
    ...(description === undefined ? {} : { description }),
    metadata: structuredClone(metadata),
    aliases: aliasesOf(version),
    tags: [...tags].sort(),
    ...(ttl === undefined ? {} : { ttl }),
    createdAt: createdAt.toISOString(),
    aliasRevision: collection.revision,
  };
}

export function toCollectionRecord(collection: CollectionRow): CollectionRecord {
  const { ref, type, createdAt, versions, holders } = collection;
  const latest = holders.get('latest');
  return {
    ...ref,
    type,
    versionCount: liveVersions(collection).length,
    ...(latest === undefined ? {} : { latest: latest.number, latestSize: latest.content.size }),
    aliases: [...holders].map(([alias, { number }]) => ({ alias, version: number })),
    createdAt: createdAt.toISOString(),
    updatedAt: (versions.at(-1)?.createdAt ?? createdAt).toISOString(),
  };
}
