import { UsageError } from '../failure/usage-error.js';

/** The named fields of a record, in the order they were named; all without names. @throws UsageError for another name. */
export function pickFields(record: object, fields: readonly string[] | undefined): object {
  if (fields === undefined) return record;
  const known = new Map(Object.entries(record));
  const picked = fields.map((field) => {
    if (known.has(field)) return [field, known.get(field)] as const;
    throw new UsageError(
      `there is no field "${field}" here`,
      `The fields are ${[...known.keys()].join(', ')}.`,
    );
  });
  return Object.fromEntries(picked);
}
