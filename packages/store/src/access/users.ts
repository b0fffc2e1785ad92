import { CairnError, checkName, quote } from '@cairn/core';
import { type Page, selectPage } from '../catalog/pages.js';
import { toTime } from '../catalog/version-rows.js';
import { type Fragment, raw, sql } from '../sql/fragment.js';
import { all, now, one, type Row, run, type Step } from '../sql/step.js';
import type { Member, MemberQuery, UserQuery, UserRecord } from './access.js';
import { acting } from './acting.js';
import { addAudit } from './audit.js';
import type { Actor, Role } from './principal.js';
import { checkRole, requireAdmin, requireRole } from './roles.js';

const columns = 'name, is_admin, disabled_at, created_at';

export function* createUser(
  { name, isAdmin = false }: { readonly name: string; readonly isAdmin?: boolean | undefined },
  actor: Actor,
): Step<UserRecord> {
  checkName(name, 'user name');
  const by = yield* acting(actor);
  requireAdmin(by, 'make users');
  const row = yield* one(
    `INSERT INTO users (name, is_admin, created_at) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING RETURNING ${columns}`,
    [name, isAdmin ? 1 : 0, yield* now()],
  );
  if (row === undefined) {
    throw new CairnError('conflict', `there is a user ${quote(name)} already`, {
      hint: 'Choose another name.',
    });
  }
  yield* addAudit({
    by,
    action: 'user.create',
    target: isAdmin ? `${name} admin` : name,
    outcome: 'done',
  });
  return toUser(row);
}

export function* updateUser(
  name: string,
  {
    isAdmin,
    isDisabled,
  }: { readonly isAdmin?: boolean | undefined; readonly isDisabled?: boolean | undefined },
  actor: Actor,
): Step<UserRecord> {
  const by = yield* acting(actor);
  requireAdmin(by, 'change users');
  const found = yield* one(`SELECT id, ${columns} FROM users WHERE name = ? FOR UPDATE`, [name]);
  if (found === undefined) throw noUser(name);
  const disabledAt = isDisabled === false ? null : (found.disabled_at ?? (isDisabled ? yield* now() : null));
  const row = yield* one(`UPDATE users SET is_admin = ?, disabled_at = ? WHERE id = ? RETURNING ${columns}`, [
    isAdmin === undefined ? Number(found.is_admin) : isAdmin ? 1 : 0,
    toValue(disabledAt),
    Number(found.id),
  ]);
  const user = toUser(row as Row);
  const state = [...(user.isAdmin ? ['admin'] : []), ...(user.disabledAt === undefined ? [] : ['disabled'])];
  yield* addAudit({ by, action: 'user.update', target: [name, ...state].join(' '), outcome: 'done' });
  return user;
}

/** A page of users, by name. */
export function* listUsers({ after }: UserQuery, page: Page): Step<(readonly [Row, UserRecord])[]> {
  const conditions = after === undefined ? [] : [sql`name > ${after}`];
  const { text, params } = selectPage(
    { columns, tables: 'users', conditions, order: [{ value: raw('name') }] },
    page,
  );
  return (yield* all(text, params)).map((row) => [row, toUser(row)]);
}

export function* setMember({ entity, user, role }: Member, actor: Actor): Step<void> {
  checkName(entity, 'entity');
  checkRole(role);
  const by = yield* acting(actor);
  requireRole(by, { entity }, 'admin');
  yield* run(
    `INSERT INTO members (user_id, entity, role) VALUES (?, ?, ?)
     ON CONFLICT (user_id, entity) DO UPDATE SET role = excluded.role`,
    [yield* requireUser(user), entity, role],
  );
  yield* addAudit({ by, action: 'member.set', target: `${user} ${role}`, entity, outcome: 'done' });
}

export function* removeMember({ entity, user }: Omit<Member, 'role'>, actor: Actor): Step<void> {
  const by = yield* acting(actor);
  requireRole(by, { entity }, 'admin');
  const row = yield* one(
    'DELETE FROM members WHERE user_id = (SELECT id FROM users WHERE name = ?) AND entity = ? RETURNING role',
    [user, entity],
  );
  if (row === undefined) {
    throw new CairnError('not_found', `${quote(user)} is no member of ${quote(entity)}`, {
      hint: 'Check the names.',
    });
  }
  yield* addAudit({ by, action: 'member.remove', target: user, entity, outcome: 'done' });
}

/** A page of members, by entity and user. */
export function* listMembers(
  { entity, user, after }: MemberQuery,
  page: Page,
): Step<(readonly [Row, Member])[]> {
  const conditions: Fragment[] = [];
  if (entity !== undefined) conditions.push(sql`m.entity = ${entity}`);
  if (user !== undefined) conditions.push(sql`u.name = ${user}`);
  if (after !== undefined) conditions.push(sql`(m.entity, u.name) > (${after.entity}, ${after.user})`);
  const { text, params } = selectPage(
    {
      columns: 'm.entity, m.role, u.name',
      tables: 'members m JOIN users u ON u.id = m.user_id',
      conditions,
      order: [{ value: raw('m.entity') }, { value: raw('u.name') }],
    },
    page,
  );
  return (yield* all(text, params)).map((row) => [
    row,
    { entity: String(row.entity), user: String(row.name), role: row.role as Role },
  ]);
}

/** The row of a user. @throws CairnError `not_found`. */
export function* requireUser(name: string): Step<number> {
  const row = yield* one('SELECT id FROM users WHERE name = ?', [name]);
  if (row === undefined) throw noUser(name);
  return Number(row.id);
}

function noUser(name: string): CairnError {
  return new CairnError('not_found', `there is no user ${quote(name)}`, { hint: 'Check the name.' });
}

function toUser(row: Row): UserRecord {
  return {
    name: String(row.name),
    isAdmin: Number(row.is_admin) === 1,
    ...(row.disabled_at === null ? {} : { disabledAt: toTime(row.disabled_at) }),
    createdAt: toTime(row.created_at),
  };
}

function toValue(time: unknown): number | null {
  return time === null ? null : Number(time);
}
