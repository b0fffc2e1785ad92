import type { Catalog } from '@cairn/core';
import { CairnError, parseJson } from '@cairn/core';
import * as v from 'valibot';
import {
  collectionQuery,
  commitBody,
  deleteParams,
  edgeParams,
  lineageRequest,
  listParams,
  newRunBody,
  runEnd,
  runQuery,
  selectorParams,
  toLineageAnswer,
  versionPatch,
  versionQuery,
} from '../src/protocol/index.js';
import type { Reply, Request } from './loopback-server.js';

/** Answers what is about runs and versions. */
export async function answerCatalog(catalog: Catalog, request: Request): Promise<Reply | undefined> {
  const { route, path, params } = request;
  const { entity = '', project = '', name = '', runId = '', versionId = '' } = path;
  const query = Object.fromEntries(params);
  const body = <T>(schema: v.GenericSchema<unknown, T>) => parse(schema, parseJson(request.body.toString()));
  switch (route) {
    case 'startRun':
      return json(await catalog.startRun({ ...body(newRunBody), entity, project }), 201);
    case 'listRuns': {
      const { q } = parse(listParams(runQuery), query);
      return page(catalog.listRuns(q), q.limit, ({ id }) => id);
    }
    case 'getRun':
      return json(orNotFound(await catalog.getRun(runId)));
    case 'heartbeat':
      await catalog.heartbeat(runId);
      return { status: 204 };
    case 'finishRun':
      return json(await catalog.finishRun(runId, body(runEnd)));
    case 'versionsOfRun': {
      const { direction, ...part } = parse(edgeParams, query);
      return page(catalog.versionsOfRun(runId, direction, part), part.limit, ({ id }) => id);
    }
    case 'recordUse':
      await catalog.recordUse(runId, versionId);
      return { status: 204 };
    case 'commitVersion':
      return json(await catalog.commitVersion({ ...body(commitBody), entity, project }));
    case 'findVersion':
      return json(
        orNotFound(await catalog.findVersion({ entity, project, name }, parse(selectorParams, query))),
      );
    case 'listCollections': {
      const { q } = parse(listParams(collectionQuery), query);
      return page(
        catalog.listCollections(q),
        q.limit,
        (found) => `${found.entity}/${found.project}/${found.name}`,
      );
    }
    case 'listVersions': {
      const { q } = parse(listParams(versionQuery), query);
      return page(catalog.listVersions(q), q.limit, ({ id }) => id);
    }
    case 'updateVersion':
      return json(await catalog.updateVersion(versionId, body(versionPatch)));
    case 'deleteVersion':
      await catalog.deleteVersion(versionId, parse(deleteParams, query));
      return { status: 204 };
    case 'restoreVersion':
      return json(await catalog.restoreVersion(versionId));
    case 'runsOfVersion': {
      const { direction, ...part } = parse(edgeParams, query);
      return page(catalog.runsOfVersion(versionId, direction, part), part.limit, ({ id }) => id);
    }
    case 'lineage':
      return json(toLineageAnswer(await catalog.lineage(body(lineageRequest))));
    default:
      return undefined;
  }
}

export function json(value: unknown, status = 200): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(value)),
  };
}

/** Pages end where they were asked to, and early at times. */
async function page<T>(
  items: AsyncIterable<T>,
  limit: number | undefined,
  idOf: (item: T) => string,
): Promise<Reply> {
  const most = Math.min(limit ?? 1000, 300);
  const found: T[] = [];
  for await (const item of items) {
    found.push(item);
    if (found.length === most) break;
  }
  const last = found.at(-1);
  const next = found.length === most && last !== undefined ? idOf(last) : undefined;
  return json({ items: found, next });
}

function parse<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw new CairnError('unsupported_format', result.issues[0].message);
}

function orNotFound<T>(found: T | undefined): T {
  if (found === undefined) throw new CairnError('not_found', 'there is no such thing');
  return found;
}
