import type { JsonValue } from '@cairn/core';
import type { StandardSchemaV1 } from '@standard-schema/spec';

/** Metadata of which no more is known than that it is JSON. */
export type Metadata = Record<string, JsonValue>;

/** `T` if it is JSON, else a type that nothing is: what a `Date`, a function or a `bigint` in it turns into `never`. */
export type Jsonable<T> = T extends JsonValue | undefined
  ? T
  : T extends (...args: never[]) => unknown
    ? never
    : T extends object
      ? { [K in keyof T]: K extends symbol ? never : Jsonable<T[K]> }
      : never;

/** Text by the rule of names; these three are common. */
export type ArtifactType = 'dataset' | 'model' | 'result' | (string & {});

/** A Standard Schema (zod, valibot, arktype, …) of metadata. */
export type MetadataSchema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output>;

/** What metadata is once a schema has checked it. */
export type MetadataOf<S extends MetadataSchema> =
  StandardSchemaV1.InferOutput<S> extends infer M extends object ? M : never;
