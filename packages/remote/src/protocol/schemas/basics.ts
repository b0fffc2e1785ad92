import type { ContentDigest, JsonObject } from '@cairn/core';
import { isContentDigest } from '@cairn/core';
import * as v from 'valibot';

/*
 * Schemas say what a value is made of, within bounds. Whether a name, an alias or metadata may be stored is said by core's
 * checks, on both sides and with codes of their own, so texts are taken here which are refused there.
 */

/** A name, an id, an alias, or what somebody takes for one. */
export const shortText: v.GenericSchema<unknown, string> = v.pipe(v.string(), v.maxLength(4096));
/** A description, a title, an error. */
export const longText: v.GenericSchema<unknown, string> = v.pipe(v.string(), v.maxLength(2 * 1024 * 1024));
export const count: v.GenericSchema<unknown, number> = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** ISO 8601, UTC. */
export const time: v.GenericSchema<unknown, string> = v.pipe(v.string(), v.maxLength(64));
export const contentDigest: v.GenericSchema<unknown, ContentDigest> = v.custom<ContentDigest>(
  (value) => typeof value === 'string' && isContentDigest(value),
  'a digest such as blake3:af13…',
);
/** Taken as it is: a schema that copies objects would lose keys such as `__proto__`. */
export const jsonObject: v.GenericSchema<unknown, JsonObject> = v.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'a JSON object',
);
/** As many aliases or tags as a version could ever have. */
export const labels: v.GenericSchema<unknown, string[]> = v.pipe(v.array(shortText), v.maxLength(100_000));

/** An object whose optional members are left out, never `undefined`, as the interfaces of core want it. */
export function exact<T>(schema: v.GenericSchema<unknown, unknown>): v.GenericSchema<unknown, T> {
  return schema as v.GenericSchema<unknown, T>;
}

/** A page of a list. `next` is there when there may be more: what to ask for as `after`. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string | undefined;
}

export function pageOf<T>(item: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, Page<T>> {
  return v.object({ items: v.array(item), next: v.optional(shortText) });
}
