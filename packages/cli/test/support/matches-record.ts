import { expect } from 'vitest';
import { type Field, type RecordName, records } from '../../src/json/records.js';

const checks: Readonly<Record<Field['type'], (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  whole: (value) => Number.isSafeInteger(value),
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  time: (value) => typeof value === 'string' && new Date(value).toISOString() === value,
  texts: (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  list: (value) => Array.isArray(value),
  any: () => true,
};

/** A value that `--json` printed has the fields that are documented, no others, and of the documented types. */
export function expectRecord(value: unknown, name: RecordName): void {
  const fields: readonly Field[] = records[name];
  expect(Object.keys(value as object).sort()).toEqual(fields.map((field) => field.name).sort());
  for (const field of fields) {
    const found = (value as Record<string, unknown>)[field.name];
    const isRight = found === null ? field.nullable === true : checks[field.type](found);
    expect(isRight, `${name}.${field.name} is ${JSON.stringify(found)}`).toBe(true);
  }
}
