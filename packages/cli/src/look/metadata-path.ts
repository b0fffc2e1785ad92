import { CairnError, type JsonObject, type JsonValue, parseSort } from '@cairn/core';
import { UsageError } from '../failure/usage-error.js';

/**
 * The keys that a text such as `rows.train` names, outermost first; a key with a dot in it is written in double quotes, as
 * in queries. A leading `metadata.` may be there or not.
 *
 * @throws UsageError when it names none.
 */
export function metadataPath(text: string): readonly string[] {
  try {
    const key = parseSort(text.startsWith('metadata.') ? text : `metadata.${text}`);
    if (key.field === 'metadata' && key.descending !== true) return key.path;
  } catch (error) {
    if (!CairnError.is(error)) throw error;
  }
  throw new UsageError(
    `"${text}" names no key of the metadata`,
    'Write for example accuracy, rows.train or "a.b".c',
  );
}

/** The value at some keys, or `undefined`. */
export function valueAt(metadata: object, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = metadata as JsonObject;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key)) {
      return undefined;
    }
    value = (value as JsonObject)[key];
  }
  return value;
}
