import { type JsonObject, type JsonValue, printable } from '@cairn/core';

/** One value of some metadata, on one line. */
export interface FlatValue {
  /** As in queries: `rows.train`. */
  readonly key: string;
  readonly text: string;
}

/** Every value that is no object, in the order of the keys. */
export function* flatten(metadata: object, before: readonly string[] = []): Generator<FlatValue> {
  for (const [key, value] of Object.entries(metadata as JsonObject)) {
    const path = [...before, key];
    if (isFilled(value)) yield* flatten(value, path);
    else yield { key: keyText(path), text: valueText(value) };
  }
}

function isFilled(value: JsonValue): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
  );
}

/** Keys and indexes as they are written in queries: what could be misread is in quotes. */
export function keyText(path: readonly (string | number)[]): string {
  return path
    .map((key) =>
      /^[^\s".=!<>:]+$/.test(String(key)) ? printable(String(key)) : printable(JSON.stringify(key)),
    )
    .join('.');
}

/** A value on one line: a text as it is, everything else as JSON. */
export function valueText(value: JsonValue): string {
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}
