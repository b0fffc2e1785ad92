import { checkNewRun } from '../catalog-checks.js';
import { CairnError } from '../errors.js';
import { walkLineage } from '../lineage.js';
import { compareUtf8 } from '../path.js';
import { quote } from '../printable.js';
import type { Catalog, VersionSelector } from '../seams/catalog.js';
import {
  commitVersion,
  deleteVersion,
  link,
  liveVersion,
  openRun,
  restoreVersion,
  updateVersion,
} from './catalog-changes.js';
import { lineageSource } from './catalog-lineage.js';
import { findVersions } from './catalog-queries.js';
import {
  type CollectionRow,
  keyOf,
  liveVersions,
  type RunRow,
  type Tables,
  toCollectionRecord,
  toRunRecord,
  toVersionRecord,
  type VersionRow,
} from './catalog-rows.js';
import { partOf } from './part.js';
import { isWithin } from './places.js';

export interface MemoryCatalogOptions {
  /** The clock. Default: the system's. */
  readonly now?: (() => Date) | undefined;
}

/** A catalog that lasts as long as the process. A run's process can't be asked for, so only silence makes it crashed. */
export function memoryCatalog({ now = () => new Date() }: MemoryCatalogOptions = {}): Catalog {
  const tables: Tables = { runs: new Map(), collections: new Map(), versions: new Map() };
  const showRun = (row: RunRow) => toRunRecord(row, now());

  return {
    async startRun(unchecked, { signal } = {}) {
      signal?.throwIfAborted();
      const run = checkNewRun(unchecked);
      if (tables.runs.has(run.id))
        throw new CairnError('conflict', `there is a run ${quote(run.id)} already`);
      const startedAt = now();
      const row: RunRow = { run, startedAt, heardAt: startedAt, used: new Set(), logged: new Set() };
      tables.runs.set(run.id, row);
      return showRun(row);
    },

    async heartbeat(runId, { signal } = {}) {
      signal?.throwIfAborted();
      const row = tables.runs.get(runId);
      if (row !== undefined) row.heardAt = now();
    },

    async finishRun(runId, { state, error }, { signal } = {}) {
      signal?.throwIfAborted();
      const row = tables.runs.get(runId);
      if (row === undefined) throw new CairnError('not_found', `there is no run ${quote(runId)}`);
      row.end ??= { state, error, at: now() };
      return showRun(row);
    },

    async getRun(runId, { signal } = {}) {
      signal?.throwIfAborted();
      const row = tables.runs.get(runId);
      return row === undefined ? undefined : showRun(row);
    },

    async *listRuns({ entity, project, jobType, within, ...part }, { signal } = {}) {
      signal?.throwIfAborted();
      const isListed = ({ run }: RunRow) =>
        (entity ?? run.entity) === run.entity &&
        (project ?? run.project) === run.project &&
        (jobType ?? run.jobType) === run.jobType;
      const rows = [...tables.runs.values()].reverse().filter(({ run }) => isWithin(run, within));
      yield* partOf(rows, { ...part, nameOf: idOfRun, isListed }).map(showRun);
    },

    async commitVersion(request, { signal } = {}) {
      signal?.throwIfAborted();
      const { row, created } = commitVersion(tables, request, now());
      return { version: toVersionRecord(row), created };
    },

    async findVersion(collection, selector, { signal } = {}) {
      signal?.throwIfAborted();
      const found = tables.collections.get(keyOf(collection));
      const row = found === undefined ? undefined : select(found, selector);
      return row === undefined ? undefined : toVersionRecord(row);
    },

    async *listVersions(query, { signal } = {}) {
      signal?.throwIfAborted();
      yield* findVersions(tables, query).map(toVersionRecord);
    },

    async *listCollections({ entity, project, type, within, ...part }, { signal } = {}) {
      signal?.throwIfAborted();
      const isListed = ({ ref, type: its }: CollectionRow) =>
        (entity ?? ref.entity) === ref.entity &&
        (project ?? ref.project) === ref.project &&
        (type ?? its) === its;
      const rows = [...tables.collections.values()].filter(({ ref }) => isWithin(ref, within));
      rows.sort((a, b) => compareUtf8(a.ref.name, b.ref.name));
      const nameOf = ({ ref }: CollectionRow) => keyOf(ref);
      yield* partOf(rows, { ...part, nameOf, isListed }).map(toCollectionRecord);
    },

    async updateVersion(versionId, patch, { signal } = {}) {
      signal?.throwIfAborted();
      return toVersionRecord(updateVersion(tables, versionId, patch));
    },

    async deleteVersion(versionId, { deleteAliases = false, signal } = {}) {
      signal?.throwIfAborted();
      deleteVersion(tables, versionId, deleteAliases);
    },

    async restoreVersion(versionId, { signal } = {}) {
      signal?.throwIfAborted();
      return toVersionRecord(restoreVersion(tables, versionId));
    },

    async recordUse(runId, versionId, { signal } = {}) {
      signal?.throwIfAborted();
      link(openRun(tables, runId), liveVersion(tables, versionId), 'input');
    },

    async *versionsOfRun(runId, direction, { signal, ...part } = {}) {
      signal?.throwIfAborted();
      const run = tables.runs.get(runId);
      const rows = [...((direction === 'input' ? run?.used : run?.logged) ?? [])];
      const isListed = ({ deleted }: VersionRow) => !deleted;
      yield* partOf(rows, { ...part, nameOf: ({ id }) => id, isListed }).map(toVersionRecord);
    },

    async *runsOfVersion(versionId, direction, { signal, ...part } = {}) {
      signal?.throwIfAborted();
      const row = tables.versions.get(versionId);
      const rows = [...((direction === 'input' ? row?.usedBy : row?.loggedBy) ?? [])];
      yield* partOf(rows, { ...part, nameOf: idOfRun }).map(showRun);
    },

    async lineage(request, options = {}) {
      options.signal?.throwIfAborted();
      const { start } = request;
      const known = 'runId' in start ? tables.runs.has(start.runId) : tables.versions.has(start.versionId);
      if (!known) {
        const id = 'runId' in start ? start.runId : start.versionId;
        throw new CairnError('not_found', `there is no run or version ${quote(id)}`);
      }
      return walkLineage(request, lineageSource(tables, now)).next().value;
    },
  };
}

function idOfRun({ run }: RunRow): string {
  return run.id;
}

function select(collection: CollectionRow, selector: VersionSelector): VersionRow | undefined {
  if ('alias' in selector) return collection.holders.get(selector.alias);
  return liveVersions(collection).find(({ content, number }) =>
    'digest' in selector ? content.digest === selector.digest : number === selector.version,
  );
}
