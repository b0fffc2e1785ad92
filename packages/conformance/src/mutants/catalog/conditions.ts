import type { Comparison, Condition, JsonPrimitive } from '@cairn/core';
import { collect } from '../../helpers.js';
import { type CatalogMutant, lie } from './lie.js';

type MetadataCondition = Extract<Condition, { readonly field: 'metadata' }>;

/** A catalog that looks for something else. */
function asks(name: string, instead: (condition: Condition) => Condition): CatalogMutant {
  return lie(name, ({ listVersions }) => ({
    listVersions: ({ where, ...query }, options) =>
      listVersions({ ...query, where: where?.map(instead) }, options),
  }));
}

/** A catalog that judges conditions on metadata by itself. */
function judges(
  name: string,
  isMet: (metadata: unknown, condition: MetadataCondition) => boolean,
): CatalogMutant {
  return lie(name, ({ listVersions }) => ({
    async *listVersions({ where = [], ...query }, options) {
      const others = where.filter(({ field }) => field !== 'metadata');
      for await (const version of listVersions({ ...query, where: others }, options)) {
        const meets = (condition: Condition) =>
          condition.field !== 'metadata' || isMet(version.metadata, condition);
        if (where.every(meets)) yield version;
      }
    },
  }));
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((found, key) => {
    const isObject = typeof found === 'object' && found !== null && !Array.isArray(found);
    return isObject && Object.hasOwn(found, key) ? (found as Record<string, unknown>)[key] : undefined;
  }, value);
}

function holds(found: unknown, operator: Comparison, wanted: JsonPrimitive): boolean {
  if (operator === '=') return found === wanted;
  if (operator === '!=') return found !== wanted;
  if (typeof found !== typeof wanted || (typeof found !== 'number' && typeof found !== 'string'))
    return false;
  return compares(found as number, operator, wanted as number);
}

function compares(found: number | string, operator: Comparison, wanted: number | string): boolean {
  if (operator === '<') return found < wanted;
  if (operator === '<=') return found <= wanted;
  return operator === '>' ? found > wanted : found >= wanted;
}

export const conditionsMutants: readonly CatalogMutant[] = [
  asks('does not see that a label is negated', (condition) =>
    condition.field === 'alias' || condition.field === 'tag' ? { ...condition, negated: false } : condition,
  ),
  asks('takes what a run used for what it logged', (condition) =>
    condition.field === 'usedBy' ? { ...condition, field: 'loggedBy' } : condition,
  ),
  lie('finds what meets any condition', ({ listVersions }) => ({
    async *listVersions({ where = [], ...query }, options) {
      const seen = new Set<string>();
      const each = where.length === 0 ? [[]] : where.map((condition) => [condition]);
      const found = await Promise.all(
        each.map((one) => collect(listVersions({ ...query, where: one }, options))),
      );
      for (const version of found.flat()) {
        if (seen.has(version.id)) continue;
        seen.add(version.id);
        yield version;
      }
    },
  })),
  asks('takes up to a time for before it', (condition) =>
    condition.field === 'created' && condition.operator === '<='
      ? { ...condition, operator: '<' }
      : condition,
  ),
  judges('compares numbers as texts', (metadata, { path, operator, value }) => {
    const found = valueAt(metadata, path);
    const isOrder = operator !== '=' && operator !== '!=';
    if (typeof found !== 'number' || typeof value !== 'number' || !isOrder)
      return holds(found, operator, value);
    return holds(String(found), operator, String(value));
  }),
  judges('compares texts without regard to case', (metadata, { path, operator, value }) => {
    const found = valueAt(metadata, path);
    if (typeof found !== 'string' || typeof value !== 'string') return holds(found, operator, value);
    return holds(found.toLowerCase(), operator, value.toLowerCase());
  }),
  judges('takes a number and a text that look alike for equal', (metadata, { path, operator, value }) => {
    const found = valueAt(metadata, path);
    const isText = typeof found === 'string' && typeof value === 'number';
    return holds(isText ? Number(found) : found, operator, value);
  }),
  judges('takes true for 1', (metadata, { path, operator, value }) => {
    const found = valueAt(metadata, path);
    return holds(
      typeof found === 'boolean' && typeof value === 'number' ? Number(found) : found,
      operator,
      value,
    );
  }),
  judges('gives true and false an order', (metadata, { path, operator, value }) => {
    const found = valueAt(metadata, path);
    if (typeof found !== 'boolean' || typeof value !== 'boolean') return holds(found, operator, value);
    return holds(Number(found), operator, Number(value));
  }),
  judges('finds nothing by != where nothing is', (metadata, { path, operator, value }) => {
    const found = valueAt(metadata, path);
    return found !== undefined && holds(found, operator, value);
  }),
  judges('takes a dot in a key for a step', (metadata, { path, operator, value }) =>
    holds(valueAt(metadata, path.join('.').split('.')), operator, value),
  ),
  judges('finds what a key with a quote hides', (metadata, { path, operator, value }) =>
    path.some((key) => key.includes('"')) ? false : holds(valueAt(metadata, path), operator, value),
  ),
  judges('finds metadata in what every object has', (metadata, { path, operator, value }) => {
    const found = path.reduce<unknown>(
      (parent, key) => (parent as Record<string, unknown> | undefined)?.[key],
      metadata,
    );
    return holds(found, operator, value);
  }),
];
