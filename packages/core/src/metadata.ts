import { CairnError } from './errors.js';
import { findAmbiguity } from './find-ambiguity.js';
import { canonicalJson, type JsonObject, type JsonValue } from './json.js';
import { parseJson } from './parse-json.js';
import { utf8Length } from './path.js';
import { quote } from './printable.js';

/** How deep metadata may nest: `{}` is 1. */
export const maxMetadataDepth = 64;
/** The most metadata a version carries, in bytes of canonical JSON; also the longest description. */
export const maxMetadataBytes: number = 1024 * 1024;

/**
 * Checks that a value is JSON that survives a round trip, and returns a copy that shares nothing with it.
 *
 * Refused, naming the key path: `NaN` and infinities, cycles, functions, symbols, class instances such as `Date`, symbol
 * keys, unpaired surrogates, more than {@link maxMetadataDepth} levels and more than {@link maxMetadataBytes}. A key whose
 * value is `undefined` is left out, as JSON does. No method of the value is called. `__proto__` is a key like any other.
 *
 * @throws CairnError `metadata_invalid`.
 */
export function checkMetadata(value: unknown): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid([], 'metadata must be an object');
  }
  const copy = copyValue(value, [], new Set()) as JsonObject;
  if (utf8Length(canonicalJson(copy)) > maxMetadataBytes) {
    throw invalid([], `it has more than ${maxMetadataBytes} bytes as JSON`);
  }
  return copy;
}

type KeyPath = readonly (string | number)[];

function copyValue(value: unknown, at: KeyPath, open: Set<object>): JsonValue {
  switch (typeof value) {
    case 'string':
      if (/\p{Cs}/u.test(value)) throw invalid(at, 'a text with an unpaired surrogate');
      return value;
    case 'boolean':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw invalid(at, `${value} is not JSON`);
      return value === 0 ? 0 : value; // JSON has no -0
    case 'object':
      return value === null ? null : copyObject(value, at, open);
    default:
      throw invalid(at, `${typeof value} is not JSON`);
  }
}

function copyObject(value: object, at: KeyPath, open: Set<object>): JsonValue {
  if (open.has(value)) throw invalid(at, 'it contains itself');
  if (at.length >= maxMetadataDepth) throw invalid(at, `it nests deeper than ${maxMetadataDepth} levels`);
  open.add(value);
  const copy = Array.isArray(value) ? copyArray(value, at, open) : copyRecord(value, at, open);
  open.delete(value);
  return copy;
}

function copyArray(value: readonly unknown[], at: KeyPath, open: Set<object>): JsonValue {
  const copy: JsonValue[] = [];
  for (let i = 0; i < value.length; i++) copy.push(copyValue(value[i], [...at, i], open));
  return copy;
}

function copyRecord(value: object, at: KeyPath, open: Set<object>): JsonValue {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    const name = (prototype as { constructor?: { name?: unknown } }).constructor?.name;
    throw invalid(at, `${typeof name === 'string' ? name : 'a class instance'} is not JSON`);
  }
  if (Object.getOwnPropertySymbols(value).length > 0) throw invalid(at, 'it has a symbol as a key');
  const copy: Record<string, JsonValue> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    if (/\p{Cs}/u.test(key)) throw invalid([...at, key], 'a key with an unpaired surrogate');
    setOwn(copy, key, copyValue(member, [...at, key], open));
  }
  return copy;
}

/** Sets a key as data, also where the key is `__proto__`. */
function setOwn(object: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function invalid(at: KeyPath, problem: string): CairnError {
  const shown = at.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
  const where = at.length === 0 ? 'metadata' : quote(`metadata${shown}`);
  return new CairnError('metadata_invalid', `${where} can't be stored: ${problem}`, {
    hint: 'Metadata is a plain JSON object; turn other values into texts or numbers first.',
  });
}

/**
 * Checks a description: a well-formed text of at most {@link maxMetadataBytes}. Returns it unchanged.
 *
 * @throws CairnError `metadata_invalid`.
 */
export function checkDescription(description: string): string {
  if (typeof description !== 'string') {
    throw new CairnError('metadata_invalid', `a description is a text, not ${typeof description}`);
  }
  if (/\p{Cs}/u.test(description) || utf8Length(description) > maxMetadataBytes) {
    throw new CairnError('metadata_invalid', 'the description is too long or not well-formed', {
      hint: `A description has at most ${maxMetadataBytes} bytes of UTF-8.`,
    });
  }
  return description;
}

/**
 * Reads metadata from JSON text, refusing what two parsers would read differently: a key twice in one object, and a
 * integer that JavaScript would round. Checks the result as {@link checkMetadata} does.
 *
 * @throws CairnError `metadata_invalid`.
 */
export function parseMetadata(text: string): JsonObject {
  if (utf8Length(text) > 2 * maxMetadataBytes)
    throw invalid([], `it has more than ${maxMetadataBytes} bytes`);
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    throw new CairnError('metadata_invalid', 'the metadata is not JSON', { cause });
  }
  const metadata = checkMetadata(value);
  const ambiguity = findAmbiguity(text);
  if (ambiguity !== undefined) throw invalid([], ambiguity);
  return metadata;
}
