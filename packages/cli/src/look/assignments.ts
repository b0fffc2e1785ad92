import type { JsonObject, JsonValue } from '@cairn/core';
import { UsageError } from '../failure/usage-error.js';
import { metadataPath } from './metadata-path.js';

/** A change of one value of the metadata. */
export interface Assignment {
  readonly path: readonly string[];
  /** `undefined` takes the key away. */
  readonly value: JsonValue | undefined;
}

/**
 * Reads `key=value`, as `--metadata` takes it. A value that is JSON is that, else it is a text; a text that looks like
 * JSON is put in double quotes: `tag="12"`.
 *
 * @throws UsageError when there is no `=`, or no key before it.
 */
export function parseAssignment(text: string): Assignment {
  // A key in quotes may hold the sign, too.
  const [, key, value] = /^((?:"(?:[^"\\]|\\.)*"|[^"=])+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) {
    throw new UsageError(
      `"${text}" is not a key and a value`,
      'Write key=value, such as -m accuracy=0.9; for a file with metadata put has --metadata-file.',
    );
  }
  return { path: metadataPath(key), value: parseValue(value) };
}

function parseValue(text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Metadata with some values changed; what was given stays as it is. */
export function assign(metadata: object, assignments: readonly Assignment[]): JsonObject {
  const changed = structuredClone(metadata) as JsonObject;
  for (const { path, value } of assignments) assignOne(changed, path, value);
  return changed;
}

function assignOne(root: JsonObject, path: readonly string[], value: JsonValue | undefined): void {
  let at: Record<string, JsonValue> = root;
  for (const key of path.slice(0, -1)) {
    const inner = Object.hasOwn(at, key) ? at[key] : undefined;
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) {
      at = inner as Record<string, JsonValue>;
      continue;
    }
    if (value === undefined) return;
    const made = {};
    define(at, key, made);
    at = made;
  }
  const last = path.at(-1) ?? '';
  if (value === undefined) delete at[last];
  else define(at, last, value);
}

/** Also where the key is `__proto__`, which is data like any other. */
function define(target: object, key: string, value: JsonValue): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}
