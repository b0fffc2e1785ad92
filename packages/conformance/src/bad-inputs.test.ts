import {
  CairnError,
  checkAlias,
  checkAliases,
  checkDescription,
  checkMetadata,
  checkName,
  checkPath,
  parseMetadata,
} from '@cairn/core';
import { describe, expect, it } from 'vitest';
import { type BadInput, badInputs, expandInput, type InputPlace } from './bad-inputs.js';

/** What core checks of a value that comes in at a place. */
const checks: Partial<Record<InputPlace, (value: unknown) => unknown>> = {
  commit: (value) => checkPath(value as string),
  name: (value) => checkName(value as string),
  type: (value) => checkName(value as string, 'type'),
  project: (value) => checkName(value as string, 'project'),
  entity: (value) => checkName(value as string, 'entity'),
  alias: (value) => checkAlias(value as string),
  aliases: (value) => checkAliases(value as string[]),
  metadata: (value) => (typeof value === 'string' ? parseMetadata(value) : checkMetadata({ value })),
  description: (value) => checkDescription(value as string),
};

/** What a single value can't show: it takes a file system, or several entries. */
const elsewhere = new Set(['path-25', 'path-31', 'ok-17']);

describe.each(Object.entries(checks))('%s', (place, check) => {
  const inputs = badInputs(place as InputPlace).filter(({ id }) => !elsewhere.has(id));

  it.each(inputs)('$outcome $id: $check', ({ input, outcome, code }: BadInput) => {
    for (const value of expandInput(input)) {
      const result = attempt(() => check(value));
      if (outcome === 'reject') expect(result).toSatisfy((error) => CairnError.is(error, code));
      else expect(CairnError.is(result)).toBe(false);
    }
  });
});

it('changes no prototype', () => {
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

it('has ids that are unique', () => {
  const ids = badInputs().map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

function attempt(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
