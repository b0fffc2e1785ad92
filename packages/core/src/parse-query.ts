import { CairnError } from './errors.js';
import type { JsonPrimitive } from './json.js';
import { quote } from './printable.js';
import type { Comparison, Condition, SortKey } from './query.js';

/** A query as a person writes it, taken apart. */
export interface ParsedQuery {
  /** The collection. */
  readonly name?: string;
  readonly type?: string;
  readonly where: readonly Condition[];
  readonly sort?: SortKey;
}

type Draft = { name?: string; type?: string; where: Condition[]; sort?: SortKey };

/**
 * Reads a query such as `type:model alias:best metadata.map50>=0.7 created:>2026-01-01 -tag:old sort:-metadata.map50`:
 * terms with spaces between them, all of which must hold.
 *
 * | term | means |
 * | --- | --- |
 * | `name:` `type:` | the collection, its type |
 * | `alias:best` `tag:x` `-tag:old` | has it, has it not |
 * | `loggedBy:` `usedBy:` | a run's id, also written `run/id` |
 * | `created:>2026-01-01` | `<`, `<=`, `>`, `>=` an instant (a date is its midnight, UTC); without a sign: on that day |
 * | `metadata.key.inner>=0.7` | `=`, `!=`, `<`, `<=`, `>`, `>=`; a number, `true`, `false`, `null` or a text |
 * | `sort:-created` | `created`, `version`, `size`, `name` or `metadata.key`; `-` for descending |
 *
 * A value or a key in double quotes may hold anything, and is a text: `metadata."a.b"="two words"`.
 *
 * @throws CairnError `name_invalid`, naming the term and its place.
 */
export function parseQuery(text: string): ParsedQuery {
  const query: Draft = { where: [] };
  for (const { 0: term, index } of String(text).matchAll(/(?:"(?:[^"\\]|\\.)*"|[^\s"]|")+/g)) {
    const problem = addTerm(query, term);
    if (problem !== undefined) throw malformed(term, index, problem);
  }
  return query;
}

/** Reads a sort key as it stands after `sort:`, such as `-metadata.map50`. @throws CairnError `name_invalid`. */
export function parseSort(text: string): SortKey {
  const key = toSortKey(String(text));
  if (key === undefined) throw malformed(text, 0, sortRule);
  return key;
}

const sortRule = 'one sorts by created, version, size, name or metadata.key';

/** Takes a term in, or says why it can't. */
function addTerm(query: Draft, term: string): string | undefined {
  if (/^-?metadata\b/.test(term)) return addMetadata(query, term);
  const [, minus, field, raw] = /^(-?)([A-Za-z]+):(.*)$/s.exec(term) ?? [];
  if (field === undefined || raw === undefined) return 'a term is a field, a colon and a value';
  const negated = minus === '-';
  if (negated && field !== 'alias' && field !== 'tag') return 'only alias: and tag: can be negated';
  if (field === 'created') return addCreated(query, raw);
  const value = unquote(raw);
  if (value === undefined || value === '') return `${field}: needs a value`;
  switch (field) {
    case 'alias':
    case 'tag':
      query.where.push({ field, value, ...(negated ? { negated } : {}) });
      return undefined;
    case 'loggedBy':
    case 'usedBy':
      query.where.push({ field, runId: value.replace(/^run\//, '') });
      return undefined;
    case 'name':
    case 'type':
      if (query[field] !== undefined) return `${field}: is there twice`;
      query[field] = value;
      return undefined;
    case 'sort': {
      if (query.sort !== undefined) return 'sort: is there twice';
      const sort = toSortKey(raw);
      if (sort === undefined) return sortRule;
      query.sort = sort;
      return undefined;
    }
    default:
      return 'the fields are name, type, alias, tag, loggedBy, usedBy, created, metadata and sort';
  }
}

/** `.key`, or `."any text"`. */
const keyPattern = String.raw`\.(?:"(?:[^"\\]|\\.)*"|[^\s".=!<>:]+)`;
const metadataTerm = new RegExp(`^metadata((?:${keyPattern})+)(=|!=|<=|>=|<|>)(.+)$`, 's');

function addMetadata(query: Draft, term: string): string | undefined {
  if (term.startsWith('-')) return 'metadata is negated by !=';
  const [, keys, operator, raw] = metadataTerm.exec(term) ?? [];
  const path = keys === undefined ? undefined : toKeys(keys);
  const value = raw === undefined ? undefined : toValue(raw);
  if (path === undefined || value === undefined) {
    return 'a term on metadata is metadata.key, one of = != < <= > >=, and a value';
  }
  query.where.push({ field: 'metadata', path, operator: operator as Comparison, value });
  return undefined;
}

function toKeys(text: string): string[] | undefined {
  const keys = [...text.matchAll(new RegExp(keyPattern, 'gs'))].map(([key]) => unquote(key.slice(1)));
  return keys.every((key) => key !== undefined) ? keys : undefined;
}

function toValue(raw: string): JsonPrimitive | undefined {
  if (raw === 'true' || raw === 'false') return raw === 'true';
  if (raw === 'null') return null;
  if (/^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/.test(raw)) return Number(raw);
  return /^[=<>!]/.test(raw) ? undefined : unquote(raw);
}

const day = 24 * 60 * 60 * 1000;

function addCreated(query: Draft, raw: string): string | undefined {
  const [, operator, text] = /^(=|!=|<=|>=|<|>)?(.*)$/s.exec(raw) ?? [];
  const instant = toInstant(text ?? '');
  if (instant === undefined) return 'created: needs a date such as 2026-01-31, or a time of ISO 8601';
  const add = (operator: Comparison, ms: number) =>
    query.where.push({ field: 'created', operator, value: new Date(ms).toISOString() });
  if (operator === undefined && !text?.includes('T')) {
    add('>=', instant);
    add('<', instant + day);
  } else add((operator as Comparison | undefined) ?? '=', instant);
  return undefined;
}

function toInstant(text: string): number | undefined {
  const [, date, time = 'T00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:(T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? [];
  // Dates such as 31 February roll over; only one that is itself comes back as it was.
  const midnight = date === undefined ? Number.NaN : Date.parse(`${date}T00:00Z`);
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date) return undefined;
  const instant = Date.parse(`${date}${time}${zone}`);
  return Number.isNaN(instant) ? undefined : instant;
}

function toSortKey(text: string): SortKey | undefined {
  const descending = text.startsWith('-');
  const field = descending ? text.slice(1) : text;
  const order = descending ? { descending } : {};
  if (field === 'created' || field === 'version' || field === 'size' || field === 'name') {
    return { field, ...order };
  }
  const [, keys] = new RegExp(`^metadata((?:${keyPattern})+)$`, 's').exec(field) ?? [];
  const path = keys === undefined ? undefined : toKeys(keys);
  return path === undefined ? undefined : { field: 'metadata', path, ...order };
}

/** A value without the quotes it may be in; `undefined` when they don't match. */
function unquote(text: string): string | undefined {
  if (!text.includes('"')) return text;
  const inner = /^"((?:[^"\\]|\\.)*)"$/s.exec(text)?.[1];
  return inner?.replace(/\\(.)/gs, '$1');
}

function malformed(term: string, index: number, problem: string): CairnError {
  return new CairnError(
    'name_invalid',
    `${quote(term)} (at character ${index + 1} of the query): ${problem}`,
    {
      hint: 'Write for example: type:model alias:best metadata.map50>=0.7 -tag:old sort:-metadata.map50',
    },
  );
}
