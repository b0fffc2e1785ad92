import type { Comparison, Condition } from '@cairn/core';
import type { Dialect } from '../sql/database.js';
import { type Fragment, raw, sql } from '../sql/fragment.js';
import { toStoredJson, toStoredText } from '../sql/stored-json.js';

const comparisons: ReadonlyMap<Comparison, Fragment> = new Map([
  ['=', raw('=')],
  ['!=', raw('<>')],
  ['<', raw('<')],
  ['<=', raw('<=')],
  ['>', raw('>')],
  ['>=', raw('>=')],
]);

/** A condition on a version, which is selected as `v`. */
export function toSql(condition: Condition, dialect: Dialect): Fragment {
  switch (condition.field) {
    case 'alias':
      return negate(
        sql`EXISTS (SELECT 1 FROM aliases a WHERE a.version_id = v.id AND a.alias = ${condition.value})`,
        condition.negated,
      );
    case 'tag':
      return negate(
        sql`EXISTS (SELECT 1 FROM tags t WHERE t.version_id = v.id AND t.tag = ${condition.value})`,
        condition.negated,
      );
    case 'loggedBy':
      return hasEdge(condition.runId, 'output');
    case 'usedBy':
      return hasEdge(condition.runId, 'input');
    case 'created':
      return wasCreated(condition.operator, Date.parse(condition.value));
    case 'metadata':
      return compareMetadata(condition, dialect);
    default:
      throw new TypeError('a condition on an unknown field');
  }
}

function negate(fragment: Fragment, negated: boolean | undefined): Fragment {
  return negated === true ? sql`NOT ${fragment}` : fragment;
}

function hasEdge(runId: string, direction: 'input' | 'output'): Fragment {
  return sql`EXISTS (SELECT 1 FROM edges e
    WHERE e.run_id = ${runId} AND e.direction = ${direction} AND e.version_id = v.id)`;
}

function wasCreated(operator: Comparison, time: number): Fragment {
  // What is no time differs from every time, and is neither before nor after one.
  if (Number.isNaN(time)) return raw(operator === '!=' ? 'TRUE' : 'FALSE');
  return sql`v.created_at ${symbol(operator)} ${time}`;
}

function compareMetadata(
  { path, operator, value }: Extract<Condition, { field: 'metadata' }>,
  dialect: Dialect,
): Fragment {
  const { equals, isNumber, isText, numberText, text } = dialect.json('v.metadata', path);
  if (operator === '=') return equals(value);
  if (operator === '!=') return sql`NOT ${equals(value)}`;
  if (typeof value === 'number') {
    const found = dialect.toNumber(numberText);
    const wanted = dialect.toNumber(sql`${toStoredJson(value)}`);
    return sql`CASE WHEN ${isNumber} THEN ${found} ${symbol(operator)} ${wanted} ELSE FALSE END`;
  }
  if (typeof value === 'string') {
    return sql`CASE WHEN ${isText} THEN ${text} ${symbol(operator)} ${toStoredText(value)} ELSE FALSE END`;
  }
  return raw('FALSE');
}

/** A comparison that came from outside is not written into a statement as it is. */
function symbol(operator: Comparison): Fragment {
  const known = comparisons.get(operator);
  if (known === undefined) throw new TypeError('an unknown comparison');
  return known;
}
