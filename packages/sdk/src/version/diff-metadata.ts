import { canonicalJson, type JsonValue } from '@cairn/core';
import type { MetadataChange } from '../version.js';

/** What makes one value another: by key and index, as deep as both are of one kind. */
export function* diffMetadata(
  before: JsonValue,
  after: JsonValue,
  path: readonly (string | number)[] = [],
): Generator<MetadataChange> {
  const left = membersOf(before);
  const right = membersOf(after);
  if (left === undefined || right === undefined || Array.isArray(before) !== Array.isArray(after)) {
    if (canonicalJson(before) !== canonicalJson(after)) yield { kind: 'changed', path, before, after };
    return;
  }
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const at = [...path, key];
    const [from, to] = [left.get(key), right.get(key)];
    if (from === undefined) yield { kind: 'added', path: at, after: to as JsonValue };
    else if (to === undefined) yield { kind: 'removed', path: at, before: from };
    else yield* diffMetadata(from, to, at);
  }
}

function membersOf(value: JsonValue): Map<string | number, JsonValue> | undefined {
  if (Array.isArray(value)) return new Map(value.entries());
  if (typeof value === 'object' && value !== null) return new Map(Object.entries(value));
  return undefined;
}
