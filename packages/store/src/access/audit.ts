import { CairnError, checkName, quote } from '@cairn/core';
import { type Page, selectPage } from '../catalog/pages.js';
import { toTime } from '../catalog/version-rows.js';
import { type Fragment, raw, sql } from '../sql/fragment.js';
import { all, now, type Row, run, type Step } from '../sql/step.js';
import type { AuditEntry, AuditQuery, NewAuditEntry, Outcome } from './audit-entry.js';

const maxActionLength = 100;
const outcomes: ReadonlySet<string> = new Set(['done', 'refused', 'failed']);

/** Writes a line, in the transaction that does what it says. */
export function* addAudit({ by, action, target, entity, project, outcome }: NewAuditEntry): Step<void> {
  const { principal, requestId } = by;
  yield* run(
    `INSERT INTO audit (at, user_name, key_id, action, target, entity, project, outcome, request_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      yield* now(),
      principal?.user ?? null,
      principal?.key.id ?? null,
      checkAction(action),
      printable(target),
      entity === undefined ? null : checkName(entity, 'entity'),
      project === undefined ? null : checkName(project, 'project'),
      checkOutcome(outcome),
      printable(requestId),
    ],
  );
}

/** A page of lines, newest first. */
export function* listAudit(query: AuditQuery, page: Page): Step<(readonly [Row, AuditEntry])[]> {
  const { text, params } = selectPage(
    {
      columns: 'id, at, user_name, key_id, action, target, entity, project, outcome, request_id',
      tables: 'audit',
      conditions: conditionsOf(query),
      order: [{ value: raw('id'), descending: true }],
    },
    page,
  );
  return (yield* all(text, params)).map((row) => [row, toEntry(row)]);
}

function conditionsOf({ user, keyId, action, entity, project, before }: AuditQuery): Fragment[] {
  const conditions: Fragment[] = [];
  if (entity !== undefined) conditions.push(sql`entity = ${entity}`);
  if (project !== undefined) conditions.push(sql`project = ${project}`);
  if (user !== undefined) conditions.push(sql`user_name = ${user}`);
  if (keyId !== undefined) conditions.push(sql`key_id = ${keyId}`);
  if (action !== undefined) conditions.push(sql`action = ${action}`);
  if (before !== undefined) conditions.push(sql`id < ${before}`);
  return conditions;
}

function toEntry(row: Row): AuditEntry {
  const optional = {
    user: row.user_name,
    keyId: row.key_id,
    target: row.target,
    entity: row.entity,
    project: row.project,
    requestId: row.request_id,
  };
  const known = Object.entries(optional).filter(([, value]) => value !== null);
  return {
    id: Number(row.id),
    at: toTime(row.at),
    action: String(row.action),
    outcome: row.outcome as Outcome,
    ...Object.fromEntries(known.map(([key, value]) => [key, String(value)])),
  };
}

/** The log is read by people, in terminals too. */
function printable(text: string | undefined): string | null {
  return text === undefined ? null : quote(text).slice(1, -1);
}

function checkAction(action: string): string {
  if (/^[a-z0-9]+(\.[a-z0-9]+)*$/.test(action) && action.length <= maxActionLength) return action;
  throw new CairnError('name_invalid', `${quote(String(action))} can't be an action of the audit log`, {
    hint: 'Use words of lower-case letters and digits, with dots between them, such as version.delete.',
  });
}

function checkOutcome(outcome: Outcome): Outcome {
  if (outcomes.has(outcome)) return outcome;
  throw new CairnError('name_invalid', `${quote(String(outcome))} is no outcome`, {
    hint: 'Say done, refused or failed.',
  });
}
