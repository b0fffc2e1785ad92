import { CairnError, type Catalog, type ProjectRef, quote, type VersionRecord } from '@cairn/core';
import type { Principal, Role } from '@cairn/store';
import { allows, type ProjectPlace, type Rule } from './rule.js';

/** What a rule is about: the parts of the path, and the body where the rule needs it. */
export interface Subject {
  readonly path: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Of a route that is about no project. */
const noProject: ProjectRef = { entity: '', project: '' };

/**
 * Makes sure that a rule is kept; answers the project that it is about. What somebody may not see is `not_found` by the very
 * words of what isn't there.
 *
 * @throws CairnError `not_found`; `forbidden` for what may be seen, but not done.
 */
export async function authorize(
  rule: Rule,
  principal: Principal,
  subject: Subject,
  catalog: Catalog,
): Promise<ProjectRef> {
  if (rule.kind === 'admin' && !principal.isAdmin) throw forbidden('a server admin');
  if (rule.kind === 'entity') {
    const entity = subject.path.entity as string;
    const missing = () => noSuch('entity', entity);
    checkRole(principal.roleIn({ entity }), rule.role, () => `the entity ${quote(entity)}`, missing);
  }
  if (rule.kind !== 'project') return noProject;
  const { project, missing } = await findProject(rule.of, subject, catalog);
  if (project === undefined) throw missing();
  checkRole(principal.roleIn(project), rule.role, () => nameOf(project), missing);
  return project;
}

/** Makes sure of a role in a project that a request names besides the one it is about. */
export function checkRole(
  role: Role | undefined,
  needed: Role,
  where: () => string,
  missing: () => CairnError,
): void {
  if (allows(role, needed)) return;
  throw role === undefined ? missing() : forbidden(`the role ${needed} in ${where()}`);
}

export function noSuch(what: 'entity' | 'project' | 'run' | 'version', name: string): CairnError {
  return new CairnError('not_found', `there is no ${what} ${quote(name)}`, {
    hint: 'It may not exist, or the key may not see it.',
  });
}

export function nameOf({ entity, project }: ProjectRef): string {
  return quote(`${entity}/${project}`);
}

interface Found {
  readonly project: ProjectRef | undefined;
  /** What is thrown for what isn't there. */
  missing(): CairnError;
}

async function findProject(of: ProjectPlace, { path, body }: Subject, catalog: Catalog): Promise<Found> {
  switch (of) {
    case 'path': {
      const project = { entity: path.entity as string, project: path.project as string };
      return { project, missing: () => noSuch('project', `${project.entity}/${project.project}`) };
    }
    case 'run':
      return ofRun(path.runId as string, catalog);
    case 'version':
      return ofVersion(path.versionId as string, catalog);
    case 'start': {
      const { start } = body as {
        readonly start: { readonly runId: string } | { readonly versionId: string };
      };
      return 'runId' in start ? ofRun(start.runId, catalog) : ofVersion(start.versionId, catalog);
    }
  }
}

async function ofRun(runId: string, catalog: Catalog): Promise<Found> {
  return { project: await catalog.getRun(runId), missing: () => noSuch('run', runId) };
}

async function ofVersion(versionId: string, catalog: Catalog): Promise<Found> {
  return { project: await versionWithId(versionId, catalog), missing: () => noSuch('version', versionId) };
}

/** A version by its id, also one that was deleted; `undefined` when there never was one. */
export async function versionWithId(versionId: string, catalog: Catalog): Promise<VersionRecord | undefined> {
  try {
    const graph = await catalog.lineage({ start: { versionId }, direction: 'up', depth: 0, maxNodes: 1 });
    const node = graph.nodes[0];
    return node?.kind === 'version' ? node.version : undefined;
  } catch (failure) {
    if (CairnError.is(failure, 'not_found')) return undefined;
    throw failure;
  }
}

function forbidden(needed: string): CairnError {
  return new CairnError('forbidden', `this needs ${needed}`, {
    hint: 'Use a key with that scope, whose owner has that role.',
  });
}
