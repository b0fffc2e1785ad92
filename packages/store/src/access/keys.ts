import { CairnError, checkName, quote } from '@cairn/core';
import { type Page, selectPage } from '../catalog/pages.js';
import { type Fragment, raw, sql } from '../sql/fragment.js';
import { all, now, one, type Row, run, type Step } from '../sql/step.js';
import { fromStoredJson, toStoredJson } from '../sql/stored-json.js';
import type { KeyQuery } from './access.js';
import { acting } from './acting.js';
import { addAudit } from './audit.js';
import { checkAccepted, fromKeyId, keyColumns, memberships, notAccepted, toKeyRecord } from './key-rows.js';
import type { Actor, KeyRecord, NewKey, Scope } from './principal.js';
import { checkGrant, checkScopes, isForEverything, nameOf } from './roles.js';
import { hashOf, startOf } from './secrets.js';
import { requireUser } from './users.js';

const tables = 'access_keys k JOIN users u ON u.id = k.user_id';
/** How long the time of a last use stays as it is, in milliseconds. */
const usePeriodMs = 60_000;

export function* createKey(key: NewKey, secret: string, actor: Actor): Step<KeyRecord> {
  const { user, name, expiresAt } = key;
  checkName(name, 'key name');
  const scopes = checkScopes(key.scopes);
  const by = yield* acting(actor);
  checkGrant({ ...key, scopes }, by);
  const at = yield* now();
  const end = expiresAt === undefined ? null : Date.parse(expiresAt);
  if (end !== null && !(end > at)) {
    throw new CairnError('metadata_invalid', `a key can't expire at ${quote(String(expiresAt))}`, {
      hint: 'Give a time that is to come, such as 2030-01-31T00:00:00Z, or none.',
    });
  }
  const userRow = yield* requireUser(user);
  const created = yield* addKey({ userRow, name, scopes, end, createdBy: by.principal?.user }, secret, at);
  const what = scopes.map((scope) => `${nameOf(scope)} ${scope.role}`).join(', ');
  yield* addAudit({ by, action: 'key.create', target: `${created.id} ${user}: ${what}`, outcome: 'done' });
  return created;
}

export interface KeyToAdd {
  readonly userRow: number;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** When it expires. */
  readonly end: number | null;
  readonly createdBy: string | undefined;
}

export function* addKey(
  { userRow, name, scopes, end, createdBy }: KeyToAdd,
  secret: string,
  at: number,
): Step<KeyRecord> {
  const row = yield* one(
    `INSERT INTO access_keys (user_id, name, start, hash, scopes, created_by, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
    [
      userRow,
      name,
      startOf(secret, 'cairn_'),
      hashOf(secret),
      toStoredJson(scopes.map(({ entity, project, role }) => ({ entity, project, role }))),
      createdBy ?? null,
      at,
      end,
    ],
  );
  return toKeyRecord(
    (yield* one(`SELECT ${keyColumns} FROM ${tables} WHERE k.id = ?`, [Number(row?.id)])) as Row,
  );
}

/** A page of keys, oldest first. */
export function* listKeys({ user, after }: KeyQuery, page: Page): Step<(readonly [Row, KeyRecord])[]> {
  const conditions: Fragment[] = user === undefined ? [] : [sql`u.name = ${user}`];
  if (after !== undefined) conditions.push(sql`k.id > ${fromKeyId(after)}`);
  const { text, params } = selectPage(
    { columns: keyColumns, tables, conditions, order: [{ value: raw('k.id') }] },
    page,
  );
  return (yield* all(text, params)).map((row) => [row, toKeyRecord(row)]);
}

export function* revokeKey(id: string, actor: Actor): Step<KeyRecord> {
  const by = yield* acting(actor);
  const select = `SELECT ${keyColumns} FROM ${tables} WHERE k.id = ? FOR UPDATE`;
  const found = yield* one(select, [fromKeyId(id)]);
  const { principal } = by;
  const isVisible = principal === undefined || principal.isAdmin || principal.user === found?.user_name;
  if (found === undefined || !isVisible) {
    throw new CairnError('not_found', `there is no key ${quote(id)}, or no access to it`, {
      hint: 'Look for it in the list of keys.',
    });
  }
  if (found.revoked_at !== null) return toKeyRecord(found);
  yield* run('UPDATE access_keys SET revoked_at = ? WHERE id = ?', [yield* now(), fromKeyId(id)]);
  yield* addAudit({ by, action: 'key.revoke', target: `${id} ${found.user_name}`, outcome: 'done' });
  return toKeyRecord((yield* one(select, [fromKeyId(id)])) as Row);
}

/** The row of a key that is accepted, with its owner and what they may do, and whether its use is to be written down. */
export function* findKey(secret: string): Step<{ readonly row: Row; readonly isUseNew: boolean }> {
  const row = yield* one(`SELECT ${keyColumns}, ${memberships} FROM ${tables} WHERE k.hash = ?`, [
    hashOf(secret),
  ]);
  if (row === undefined) throw notAccepted('this key is unknown');
  const at = yield* now();
  checkAccepted(row, at);
  const { last_used_at: last } = row;
  return { row, isUseNew: last === null || at - Number(last) >= usePeriodMs };
}

export function* noteUse(row: Row): Step<void> {
  const at = yield* now();
  yield* run(
    'UPDATE access_keys SET last_used_at = ? WHERE id = ? AND (last_used_at IS NULL OR last_used_at <= ?)',
    [at, Number(row.id), at - usePeriodMs],
  );
}

/** Whether a server admin has a key for everything that is accepted. */
export function* hasAdmin(): Step<boolean> {
  const rows = yield* all(
    `SELECT k.scopes FROM ${tables} WHERE u.is_admin = 1 AND u.disabled_at IS NULL AND k.revoked_at IS NULL
     AND (k.expires_at IS NULL OR k.expires_at > ?)`,
    [yield* now()],
  );
  return rows.some(({ scopes }) => fromStoredJson<Scope[]>(scopes).some(isForEverything));
}
