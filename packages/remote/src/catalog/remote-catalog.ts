import {
  CairnError,
  type CallOptions,
  type Catalog,
  canonicalJson,
  checkCommit,
  checkNewRun,
  checkPatch,
  type NewRun,
  type RunRecord,
  type VersionPatch,
  type VersionRecord,
} from '@cairn/core';
import type { Connection } from '../http/connection.js';
import { createRetry } from '../http/retry.js';
import {
  collectionRecord,
  commitResult,
  fromLineageAnswer,
  lineageAnswer,
  maxLineageNodes,
  routes,
  runRecord,
  versionRecord,
} from '../protocol/index.js';
import { json, orUndefined } from './asking.js';
import { edgePages, queryPages } from './pages.js';

/** The catalog of a server. What is sent is checked first, for JSON would change what is wrong with it. */
export function remoteCatalog(connection: Connection): Catalog {
  const getRun = (runId: string, { signal }: CallOptions = {}) =>
    orUndefined(connection.askJson({ route: routes.getRun, path: { runId }, signal }, runRecord));

  return {
    async startRun(unchecked, { signal } = {}) {
      const run = checkNewRun(unchecked);
      const { entity, project, ...body } = run;
      const retry = createRetry(connection.settings, signal);
      const ask = { route: routes.startRun, path: { entity, project }, ...json(body), signal };
      try {
        return await connection.askJson(ask, runRecord, retry);
      } catch (error) {
        // The answer to an earlier attempt may have been lost.
        if (!CairnError.is(error, 'conflict') || retry.failures === 0) throw error;
        const started = await getRun(run.id, { signal });
        if (started !== undefined && isSameRun(started, run)) return started;
        throw error;
      }
    },

    heartbeat: async (runId, { signal } = {}) => {
      await orUndefined(connection.tell({ route: routes.heartbeat, path: { runId }, signal }));
    },

    finishRun: (runId, end, { signal } = {}) =>
      connection.askJson({ route: routes.finishRun, path: { runId }, ...json(end), signal }, runRecord),

    getRun,

    listRuns: (query, options) => queryPages(connection, routes.listRuns, query, runRecord, options),

    async commitVersion(unchecked, { signal } = {}) {
      const { entity, project, ...body } = checkCommit(unchecked);
      const ask = { route: routes.commitVersion, path: { entity, project }, ...json(body), signal };
      return connection.askJson(ask, commitResult);
    },

    findVersion({ entity, project, name }, selector, { signal } = {}) {
      const params =
        'version' in selector
          ? { version: String(selector.version) }
          : 'alias' in selector
            ? { alias: selector.alias }
            : { digest: selector.digest };
      const ask = { route: routes.findVersion, path: { entity, project, name }, params, signal };
      return orUndefined(connection.askJson(ask, versionRecord));
    },

    listVersions: (query, options) =>
      queryPages(connection, routes.listVersions, query, versionRecord, options),

    listCollections: (query, options) =>
      queryPages(connection, routes.listCollections, query, collectionRecord, options),

    async updateVersion(versionId, unchecked, { signal } = {}) {
      const patch = checkPatch(unchecked);
      const ask = { route: routes.updateVersion, path: { versionId }, ...json(patch), signal };
      const retry = createRetry(connection.settings, signal);
      try {
        return await connection.askJson(ask, versionRecord, retry);
      } catch (error) {
        // The answer to an earlier attempt may have been lost.
        if (!CairnError.is(error, 'conflict') || retry.failures === 0) throw error;
        const found = await getVersion(connection, versionId, signal);
        if (found !== undefined && isApplied(patch, found)) return found;
        throw error;
      }
    },

    async deleteVersion(versionId, { deleteAliases, signal } = {}) {
      const retry = createRetry(connection.settings, signal);
      const params = { deleteAliases: deleteAliases === true ? 'true' : undefined };
      const deleted = connection.tell(
        { route: routes.deleteVersion, path: { versionId }, params, signal },
        retry,
      );
      await deleted.catch((error: unknown) => {
        // An earlier attempt may have done it.
        if (!CairnError.is(error, 'not_found') || retry.failures === 0) throw error;
      });
    },

    restoreVersion: (versionId, { signal } = {}) =>
      connection.askJson({ route: routes.restoreVersion, path: { versionId }, signal }, versionRecord),

    recordUse: (runId, versionId, { signal } = {}) =>
      connection.tell({ route: routes.recordUse, path: { runId, versionId }, signal }),

    versionsOfRun: (runId, direction, options) => {
      const edges = { route: routes.versionsOfRun, path: { runId }, direction };
      return edgePages(connection, edges, versionRecord, options);
    },

    runsOfVersion: (versionId, direction, options) => {
      const edges = { route: routes.runsOfVersion, path: { versionId }, direction };
      return edgePages(connection, edges, runRecord, options);
    },

    async lineage({ maxNodes, depth, ...request }, { signal } = {}) {
      const bounded = {
        ...request,
        depth: Math.min(depth, maxDepth),
        maxNodes: Math.min(maxNodes, maxLineageNodes),
      };
      const ask = { route: routes.lineage, ...json(bounded), signal };
      return fromLineageAnswer(await connection.askJson(ask, lineageAnswer));
    },
  };
}

/** No graph is deeper that has no more nodes. */
const maxDepth = maxLineageNodes;

/** A version by its id alone: the start of a graph of its own. */
async function getVersion(
  connection: Connection,
  versionId: string,
  signal: AbortSignal | undefined,
): Promise<VersionRecord | undefined> {
  const request = { start: { versionId }, direction: 'up', depth: 0, maxNodes: 1 };
  const { nodes } = await connection.askJson(
    { route: routes.lineage, ...json(request), signal },
    lineageAnswer,
  );
  const [node] = nodes;
  return node?.kind === 'version' && !node.deleted ? node.version : undefined;
}

/** Whether a version is what a patch would make of it. */
function isApplied(
  { description, metadata, tags, ttl, aliases }: VersionPatch,
  found: VersionRecord,
): boolean {
  return (
    (description === undefined || description.to === found.description) &&
    (metadata === undefined || canonicalJson(metadata.to) === canonicalJson(found.metadata)) &&
    (tags === undefined || canonicalJson([...tags.to].sort()) === canonicalJson(found.tags)) &&
    (ttl === undefined || ttl.to === found.ttl) &&
    (aliases === undefined ||
      (aliases.add.every((alias) => found.aliases.includes(alias)) &&
        aliases.remove.every((alias) => aliases.add.includes(alias) || !found.aliases.includes(alias))))
  );
}

function isSameRun(found: RunRecord, { owner: _, ...run }: NewRun): boolean {
  const of = ({ entity, project, id, name, jobType, config }: Omit<NewRun, 'owner'>) =>
    canonicalJson([entity, project, id, name ?? null, jobType ?? null, config]);
  return found.state === 'running' && of(found) === of(run);
}
