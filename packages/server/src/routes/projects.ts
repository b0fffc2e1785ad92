import type { ProjectRef } from '@cairn/core';
import { pageOf } from '@cairn/remote/protocol';
import type { AuditQuery } from '@cairn/store';
import type { Call } from '../call.js';
import { type Answer, type AnyRoute, route } from '../route.js';
import { anyKey, inProject, serverAdmin } from '../rule.js';
import { done, gives, givesNothing, ok } from './answers.js';
import { pageFrom } from './page.js';
import {
  type AuditParams,
  auditEntry,
  auditParams,
  projectParams,
  projectRecord,
  seenProject,
} from './schemas.js';

/** Projects, and what was done in them. */
export const projectRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/projects',
    name: 'listProjects',
    summary: 'Lists the projects that the key may see.',
    rule: anyKey,
    params: projectParams,
    answers: [gives(pageOf(seenProject), 'Projects, by entity and name.')],
    async handle({ services: { store }, principal, options }, { params }) {
      const [entity = '', project = ''] = (params.after ?? '').split('/');
      const after = params.after === undefined ? undefined : { entity, project };
      const projects = store.access.listProjects(principal, { entity: params.entity, after }, options);
      return ok(await pageFrom(projects, { limit: params.limit, idOf: nameOf }));
    },
  }),
  route({
    method: 'PUT',
    path: '/projects/:entity/:project',
    name: 'createProject',
    summary: 'Makes a project that has nothing yet; one that is there stays.',
    rule: inProject('write'),
    answers: [gives(projectRecord, 'The project.')],
    async handle({ services: { store }, project, actor, options }) {
      await store.access.createProject(project, actor, options);
      return ok(project);
    },
  }),
  route({
    method: 'DELETE',
    path: '/projects/:entity/:project',
    name: 'deleteProject',
    summary: 'Forgets a project in which nothing was ever logged or run.',
    rule: inProject('admin'),
    answers: [givesNothing],
    async handle({ services: { store }, project, actor, options }) {
      await store.access.deleteProject(project, actor, options);
      return done;
    },
  }),
  route({
    method: 'GET',
    path: '/projects/:entity/:project/audit',
    name: 'listProjectAudit',
    summary: 'What was done in a project, newest first.',
    rule: inProject('admin'),
    params: auditParams,
    answers: [gives(pageOf(auditEntry), 'A page of the audit log.')],
    handle: ({ services, project, options }, { params }) => auditPage({ services, options }, project, params),
  }),
  route({
    method: 'GET',
    path: '/audit',
    name: 'listAudit',
    summary: 'What was done, newest first.',
    rule: serverAdmin,
    params: auditParams,
    answers: [gives(pageOf(auditEntry), 'A page of the audit log.')],
    handle: ({ services, options }, { params }) => auditPage({ services, options }, {}, params),
  }),
];

async function auditPage(
  { services: { store }, options }: Pick<Call, 'services' | 'options'>,
  place: Pick<AuditQuery, 'entity' | 'project'>,
  { after, limit, ...params }: AuditParams,
): Promise<Answer> {
  const entries = store.access.listAudit({ ...place, ...params, before: after }, options);
  return ok(await pageFrom(entries, { limit, idOf: ({ id }) => String(id) }));
}

function nameOf({ entity, project }: ProjectRef): string {
  return `${entity}/${project}`;
}
