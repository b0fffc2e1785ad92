import type { CallOptions, Catalog, RunRecord } from '@cairn/core';
import type { Database } from '../sql/database.js';
import type { Row, Step } from '../sql/step.js';
import { commitVersion } from './commit-version.js';
import { deleteVersion } from './delete-version.js';
import { recordUse, runsOfVersion, versionsOfRun } from './edges.js';
import { findVersion } from './find-version.js';
import { lineage } from './lineage.js';
import { listCollections } from './list-collections.js';
import { listRuns } from './list-runs.js';
import { listVersions } from './list-versions.js';
import { defaultPageSize, type Page, readPages } from './pages.js';
import { restoreVersion } from './restore-version.js';
import { type Liveness, toRunRecord } from './run-rows.js';
import { findRun, finishRun, heartbeat, type SeenRun, startRun } from './runs.js';
import { updateVersion } from './update-version.js';
import { toVersionRecord } from './version-rows.js';

export interface SqlCatalogOptions {
  readonly liveness: Liveness;
  /** How many rows a list reads at once. Default: {@link defaultPageSize}. */
  readonly pageSize?: number | undefined;
}

/** A catalog in a database whose schema is up to date. Each method runs one step, lists one for every page. */
export function sqlCatalog(database: Database, options: SqlCatalogOptions): Catalog {
  const { liveness, pageSize = defaultPageSize } = options;
  const showRun = ({ row, at }: SeenRun): RunRecord => toRunRecord(row, at, liveness);

  function versions(step: (page: Page) => Step<Row[]>, call: CallOptions = {}, limit?: number) {
    const read = async (page: Page) => {
      const rows = await database.read(() => step(page), call);
      return rows.map((row) => [row, toVersionRecord(row, database.form)] as const);
    };
    return readPages(read, { pageSize, limit, ...call });
  }

  function runs(step: (page: Page) => Step<SeenRun[]>, call: CallOptions = {}, limit?: number) {
    const read = async (page: Page) => {
      const found = await database.read(() => step(page), call);
      return found.map((run) => [run.row, showRun(run)] as const);
    };
    return readPages(read, { pageSize, limit, ...call });
  }

  return {
    async startRun(run, call) {
      return showRun(await database.write(() => startRun(run), call));
    },
    heartbeat: (runId, call) => database.write(() => heartbeat(runId), call),
    async finishRun(runId, { state, error }, call) {
      return showRun(await database.write(() => finishRun(runId, state, error), call));
    },
    async getRun(runId, call) {
      const found = await database.read(() => findRun(runId), call);
      return found === undefined ? undefined : showRun(found);
    },
    listRuns: (query, call) => runs((page) => listRuns(query, page), call, query.limit),

    commitVersion: (request, call) => database.write(() => commitVersion(request), call),
    async findVersion(collection, selector, call) {
      const row = await database.read(() => findVersion(collection, selector), call);
      return row === undefined ? undefined : toVersionRecord(row, database.form);
    },
    listVersions: (query, call) =>
      versions((page) => listVersions(query, database.dialect, page), call, query.limit),
    listCollections(query, call = {}) {
      const read = (page: Page) => database.snapshot(() => listCollections(query, page), call);
      return readPages(read, { pageSize, limit: query.limit, ...call });
    },
    updateVersion: (versionId, patch, call) => database.write(() => updateVersion(versionId, patch), call),
    deleteVersion: (versionId, call = {}) =>
      database.write(() => deleteVersion(versionId, call.deleteAliases === true), call),
    restoreVersion: (versionId, call) => database.write(() => restoreVersion(versionId), call),

    recordUse: (runId, versionId, call) => database.write(() => recordUse(runId, versionId), call),
    versionsOfRun: (runId, direction, { after, limit, ...call } = {}) =>
      versions((page) => versionsOfRun(runId, direction, page, after), call, limit),
    runsOfVersion: (versionId, direction, { after, limit, ...call } = {}) =>
      runs((page) => runsOfVersion(versionId, direction, page, after), call, limit),
    lineage: (request, call) => database.snapshot(() => lineage(request, liveness), call),
  };
}
