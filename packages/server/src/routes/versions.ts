import {
  CairnError,
  type CallOptions,
  type Catalog,
  openManifest,
  quote,
  type VersionQuery,
} from '@cairn/core';
import {
  type CommitBody,
  checkEntryCount,
  collectionQuery,
  collectionRecord,
  commitBody,
  commitResult,
  deleteParams,
  edgeParams,
  listParams,
  pageOf,
  routes,
  runRecord,
  selectorParams,
  versionPatch,
  versionQuery,
  versionRecord,
} from '@cairn/remote/protocol';
import type { Principal, ProjectBlobs } from '@cairn/store';
import { checkRole, nameOf, noSuch } from '../authorize.js';
import { type AnyRoute, route } from '../route.js';
import { anyKey, inProject } from '../rule.js';
import { done, gives, givesNothing, ok } from './answers.js';
import { pageFrom } from './page.js';
import { narrowed, sight } from './seen.js';

export const versionRoutes: readonly AnyRoute[] = [
  route({
    ...routes.commitVersion,
    name: 'commitVersion',
    summary: 'Makes a stored manifest a version of its collection.',
    rule: inProject('write'),
    audit: 'version.commit',
    body: commitBody,
    answers: [
      gives(commitResult, 'The version that has this digest.'),
      gives(commitResult, 'The version, which is new.', 201),
    ],
    async handle({ services: { store, limits }, project, principal, options }, { body }) {
      const { entity, project: name } = project;
      checkEntryCount(body.entryCount, limits.entries); // before anything of the manifest is read
      if (body.edge !== undefined) await checkRun(body.edge.runId, principal, store.catalog);
      const basis = await checkManifest(store.access.blobsOf(project), body, options);
      const result = await store.catalog.commitVersion({ ...body, entity, project: name, basis }, options);
      return { status: result.created ? 201 : 200, json: result };
    },
  }),
  route({
    ...routes.findVersion,
    name: 'findVersion',
    summary: 'A version of a collection, by number, alias or digest.',
    rule: inProject('read'),
    params: selectorParams,
    answers: [gives(versionRecord, 'The version.')],
    async handle({ services: { store }, project, path, options }, { params }) {
      const { entity, project: place } = project;
      const name = path.name as string;
      const version = await store.catalog.findVersion({ entity, project: place, name }, params, options);
      if (version !== undefined) return ok(version);
      const [kind, value] = Object.entries(params)[0] as [string, unknown];
      throw new CairnError(
        'not_found',
        `${quote(`${entity}/${place}/${name}`)} has no version with the ${kind} ${quote(String(value))}`,
      );
    },
  }),
  route({
    ...routes.listCollections,
    name: 'listCollections',
    summary: 'Lists collections, by name.',
    rule: anyKey,
    params: listParams(collectionQuery),
    answers: [gives(pageOf(collectionRecord), 'A page of collections.')],
    async handle({ services: { store }, principal, options }, { params: { q } }) {
      const { limit, ...query } = narrowed(q, principal);
      const list = store.catalog.listCollections(query, options);
      const idOf = ({ entity, project, name }: { entity: string; project: string; name: string }) =>
        `${entity}/${project}/${name}`;
      return ok(await pageFrom(list, { limit, sees: sight(principal), idOf }));
    },
  }),
  route({
    ...routes.listVersions,
    name: 'listVersions',
    summary: 'Lists versions, newest first unless sorted otherwise.',
    rule: anyKey,
    params: listParams(versionQuery),
    answers: [gives(pageOf(versionRecord), 'A page of versions.')],
    async handle({ services: { store }, principal, options }, { params: { q } }) {
      if (await namesUnseenRun(q, principal, store.catalog)) return ok({ items: [] });
      const { limit, ...query } = narrowed(q, principal);
      const list = store.catalog.listVersions(query, options);
      return ok(await pageFrom(list, { limit, sees: sight(principal), idOf: ({ id }) => id }));
    },
  }),
  route({
    ...routes.updateVersion,
    name: 'updateVersion',
    summary: 'Changes what may change of a version.',
    rule: inProject('write', 'version'),
    audit: 'version.update',
    body: versionPatch,
    answers: [gives(versionRecord, 'The version.')],
    async handle({ services: { store }, path, options }, { body }) {
      return ok(await store.catalog.updateVersion(path.versionId as string, body, options));
    },
  }),
  route({
    ...routes.deleteVersion,
    name: 'deleteVersion',
    summary: 'Deletes a version.',
    rule: inProject('admin', 'version'),
    audit: 'version.delete',
    params: deleteParams,
    answers: [givesNothing],
    async handle({ services: { store }, path, options }, { params: { deleteAliases } }) {
      await store.catalog.deleteVersion(path.versionId as string, { ...options, deleteAliases });
      return done;
    },
  }),
  route({
    ...routes.restoreVersion,
    name: 'restoreVersion',
    summary: 'Brings a deleted version back, until garbage is collected.',
    rule: inProject('admin', 'version'),
    audit: 'version.restore',
    answers: [gives(versionRecord, 'The version.')],
    async handle({ services: { store }, path, options }) {
      return ok(await store.catalog.restoreVersion(path.versionId as string, options));
    },
  }),
  route({
    ...routes.runsOfVersion,
    name: 'runsOfVersion',
    summary: 'The runs that used or logged a version, in the order they did.',
    rule: inProject('read', 'version'),
    params: edgeParams,
    answers: [gives(pageOf(runRecord), 'A page of runs.')],
    async handle({ services: { store }, path, principal, options }, { params }) {
      const { direction, after, limit } = params;
      const list = store.catalog.runsOfVersion(path.versionId as string, direction, { ...options, after });
      return ok(await pageFrom(list, { limit, sees: sight(principal), idOf: ({ id }) => id }));
    },
  }),
];

/** Makes sure that somebody may write into the project of a run, which need not be that of the version. */
async function checkRun(runId: string, principal: Principal, catalog: Catalog): Promise<void> {
  const run = await catalog.getRun(runId);
  const missing = () => noSuch('run', runId);
  if (run === undefined) throw missing();
  checkRole(principal.roleIn(run), 'write', () => nameOf(run), missing);
}

/** Makes sure that a manifest is what is said of it, and that the project has all that it names; answers the basis of that. */
async function checkManifest(blobs: ProjectBlobs, said: CommitBody, options: CallOptions): Promise<string> {
  const known = { ...options, basis: said.basis };
  const open = () => openManifest(blobs, said.manifest, { ...options, expected: said.digest });
  // Its index tells first, so that no leaf of one that is not what is said of it is read. That it is missing is told by the check.
  const manifest = await open().catch(async (failure: unknown) => {
    if (!CairnError.is(failure, 'not_found')) throw failure;
    await blobs.checkManifest(said.manifest, known);
    return open();
  });
  const { entryCount, size } = manifest;
  if (entryCount === said.entryCount && size === said.size) return blobs.checkManifest(said.manifest, known);
  throw new CairnError(
    'manifest_invalid',
    `the manifest has ${entryCount} entries of ${size} bytes, not ${said.entryCount} of ${said.size}`,
  );
}

/** What a run used or logged tells of the run, so it must be one that may be seen. */
async function namesUnseenRun({ where = [] }: VersionQuery, principal: Principal, catalog: Catalog) {
  const sees = sight(principal);
  for (const condition of where) {
    if (condition.field !== 'loggedBy' && condition.field !== 'usedBy') continue;
    const run = await catalog.getRun(condition.runId);
    if (run === undefined || !sees(run)) return true;
  }
  return false;
}
