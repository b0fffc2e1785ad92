import { canonicalJson, type JsonValue, parseJson } from '@cairn/core';

/*
 * JSON is stored canonically, with one exception: PostgreSQL can't look into JSON that has a NUL in a text, and SQLite takes
 * it for the end of a key. So U+E000 and a 0 stand for a NUL, and U+E000 and a 1 for U+E000 itself.
 */

const special = '\ue000';

export function toStoredJson(value: JsonValue): string {
  const json = canonicalJson(value);
  if (!json.includes('\\u0000') && !json.includes(special)) return json;
  // A pair of backslashes is one, and not the beginning of an escape.
  return json.replace(/\\\\|\\u0000|\ue000/g, (found) =>
    found === '\\\\' ? found : found === special ? `${special}1` : `${special}0`,
  );
}

export function fromStoredJson<T>(stored: unknown): T {
  const json = String(stored);
  if (!json.includes(special)) return parseJson(json) as T;
  return parseJson(json.replace(/\ue000([01])/g, (_, digit) => (digit === '0' ? '\\u0000' : special))) as T;
}

/** What a text, or a key, inside stored JSON is to the database. */
export function toStoredText(text: string): string {
  return text.replace(/[\0\ue000]/g, (found) => (found === special ? `${special}1` : `${special}0`));
}
