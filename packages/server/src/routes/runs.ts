import {
  edgeParams,
  listParams,
  newRunBody,
  pageOf,
  routes,
  runEnd,
  runQuery,
  runRecord,
  versionRecord,
} from '@cairn/remote/protocol';
import { checkRole, nameOf, noSuch, versionWithId } from '../authorize.js';
import { type AnyRoute, route } from '../route.js';
import { anyKey, inProject } from '../rule.js';
import { created, done, gives, givesNothing, ok } from './answers.js';
import { pageFrom } from './page.js';
import { narrowed, sight } from './seen.js';

export const runRoutes: readonly AnyRoute[] = [
  route({
    ...routes.startRun,
    name: 'startRun',
    summary: 'Starts a run.',
    rule: inProject('write'),
    audit: 'run.start',
    body: newRunBody,
    answers: [gives(runRecord, 'The run.', 201)],
    async handle({ services: { store }, project, options }, { body }) {
      const { entity, project: name } = project;
      return created(await store.catalog.startRun({ ...body, entity, project: name }, options));
    },
  }),
  route({
    ...routes.listRuns,
    name: 'listRuns',
    summary: 'Lists runs, newest first.',
    rule: anyKey,
    params: listParams(runQuery),
    answers: [gives(pageOf(runRecord), 'A page of runs.')],
    async handle({ services: { store }, principal, options }, { params: { q } }) {
      const { limit, ...query } = narrowed(q, principal);
      const list = store.catalog.listRuns(query, options);
      return ok(await pageFrom(list, { limit, sees: sight(principal), idOf: (run) => run.id }));
    },
  }),
  route({
    ...routes.getRun,
    name: 'getRun',
    summary: 'A run.',
    rule: inProject('read', 'run'),
    answers: [gives(runRecord, 'The run.')],
    async handle({ services: { store }, path, options }) {
      const runId = path.runId as string;
      const run = await store.catalog.getRun(runId, options);
      if (run === undefined) throw noSuch('run', runId);
      return ok(run);
    },
  }),
  route({
    ...routes.heartbeat,
    name: 'heartbeat',
    summary: 'Says that a run is alive.',
    rule: inProject('write', 'run'),
    answers: [givesNothing],
    async handle({ services: { store }, path, options }) {
      await store.catalog.heartbeat(path.runId as string, options);
      return done;
    },
  }),
  route({
    ...routes.finishRun,
    name: 'finishRun',
    summary: 'Ends a run, once.',
    rule: inProject('write', 'run'),
    audit: 'run.finish',
    body: runEnd,
    answers: [gives(runRecord, 'The run.')],
    async handle({ services: { store }, path, options }, { body }) {
      return ok(await store.catalog.finishRun(path.runId as string, body, options));
    },
  }),
  route({
    ...routes.versionsOfRun,
    name: 'versionsOfRun',
    summary: 'The versions a run used or logged, in the order it did.',
    rule: inProject('read', 'run'),
    params: edgeParams,
    answers: [gives(pageOf(versionRecord), 'A page of versions.')],
    async handle({ services: { store }, path, principal, options }, { params }) {
      const { direction, after, limit } = params;
      const list = store.catalog.versionsOfRun(path.runId as string, direction, { ...options, after });
      return ok(await pageFrom(list, { limit, sees: sight(principal), idOf: ({ id }) => id }));
    },
  }),
  route({
    ...routes.recordUse,
    name: 'recordUse',
    summary: 'Records that a run uses a version.',
    rule: inProject('write', 'run'),
    answers: [givesNothing],
    async handle({ services: { store }, path, principal, options }) {
      const versionId = path.versionId as string;
      const version = await versionWithId(versionId, store.catalog);
      const missing = () => noSuch('version', versionId);
      if (version === undefined) throw missing();
      checkRole(principal.roleIn(version), 'read', () => nameOf(version), missing);
      await store.catalog.recordUse(path.runId as string, versionId, options);
      return done;
    },
  }),
];
