import { CairnError, checkName, type ProjectRef, quote } from '@cairn/core';
import { type Page, selectPage } from '../catalog/pages.js';
import { type Fragment, join, raw, sql } from '../sql/fragment.js';
import { all, now, one, type Row, run, type Step } from '../sql/step.js';
import type { ProjectQuery, SeenProject } from './access.js';
import { acting } from './acting.js';
import { addAudit } from './audit.js';
import type { Actor, Principal } from './principal.js';
import { nameOf, noPlace, requireRole } from './roles.js';

/** The row of a project, which is made if there is none. It stays until the end of the transaction, though it may change. */
export function* claimProject({ entity, project }: ProjectRef): Step<number> {
  const select = 'SELECT id FROM projects WHERE entity = ? AND project = ? FOR KEY SHARE';
  let row = yield* one(select, [entity, project]);
  if (row === undefined) {
    yield* run(
      `INSERT INTO projects (entity, project, linked_version, created_at) VALUES (?, ?, 0, ?)
       ON CONFLICT (entity, project) DO NOTHING`,
      [checkName(entity, 'entity'), checkName(project, 'project'), yield* now()],
    );
    row = yield* one(select, [entity, project]);
  }
  return Number(row?.id);
}

export function* createProject({ entity, project }: ProjectRef, actor: Actor): Step<void> {
  checkName(entity, 'entity');
  checkName(project, 'project');
  const by = yield* acting(actor);
  requireRole(by, { entity, project }, 'write');
  const known = yield* one('SELECT 1 AS found FROM projects WHERE entity = ? AND project = ?', [
    entity,
    project,
  ]);
  if (known !== undefined) return;
  yield* claimProject({ entity, project });
  yield* addAudit({ by, action: 'project.create', entity, project, outcome: 'done' });
}

/** Its links are forgotten when garbage is collected: ids are not given twice. */
export function* deleteProject({ entity, project }: ProjectRef, actor: Actor): Step<void> {
  const by = yield* acting(actor);
  requireRole(by, { entity, project }, 'admin');
  const used = yield* one(
    `SELECT 1 AS found FROM collections WHERE entity = ? AND project = ?
     UNION SELECT 1 AS found FROM runs WHERE entity = ? AND project = ?`,
    [entity, project, entity, project],
  );
  if (used !== undefined) {
    throw new CairnError('conflict', `something was logged in ${quote(nameOf({ entity, project }))}`, {
      hint: 'Delete its versions; the project stays, for lineage tells of them.',
    });
  }
  const gone = yield* one('DELETE FROM projects WHERE entity = ? AND project = ? RETURNING id', [
    entity,
    project,
  ]);
  if (gone === undefined) throw noPlace({ entity, project });
  yield* addAudit({ by, action: 'project.delete', entity, project, outcome: 'done' });
}

// What was logged without a server has no row of its own.
const tables = `(SELECT entity, project FROM projects UNION SELECT entity, project FROM collections
  UNION SELECT entity, project FROM runs) AS p`;

/** A page of projects by entity and name, of which a principal may not see all. Without one, it is whoever has the machine. */
export function* listProjects(
  principal: Principal | undefined,
  { entity, after }: ProjectQuery,
  page: Page,
): Step<(readonly [Row, SeenProject | undefined])[]> {
  const conditions: Fragment[] = entity === undefined ? [] : [sql`p.entity = ${entity}`];
  if (after !== undefined) conditions.push(sql`(p.entity, p.project) > (${after.entity}, ${after.project})`);
  const entities = new Set(principal?.key.scopes.map((scope) => scope.entity) ?? ['*']);
  if (!entities.has('*')) {
    conditions.push(
      sql`p.entity IN (${join(
        [...entities].map((name) => sql`${name}`),
        ', ',
      )})`,
    );
  }
  const { text, params } = selectPage(
    {
      columns: 'p.entity, p.project',
      tables,
      conditions,
      order: [{ value: raw('p.entity') }, { value: raw('p.project') }],
    },
    page,
  );
  return (yield* all(text, params)).map((row) => {
    const ref = { entity: String(row.entity), project: String(row.project) };
    const role = principal === undefined ? 'admin' : principal.roleIn(ref);
    return [row, role === undefined ? undefined : { ...ref, role }];
  });
}
