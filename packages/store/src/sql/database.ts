import type { CallOptions, JsonPrimitive } from '@cairn/core';
import type { Fragment } from './fragment.js';
import type { Step } from './step.js';
import type { StoredForm } from './stored-form.js';

/** A database that can run steps. All methods throw CairnErrors, and what a step throws. */
export interface Database {
  readonly dialect: Dialect;
  readonly form: StoredForm;
  /** Runs a step that only reads and whose statements need not agree with each other, such as one with one statement. */
  read<T>(step: () => Step<T>, options?: CallOptions): Promise<T>;
  /** Runs a step that only reads, and sees the database at one moment. */
  snapshot<T>(step: () => Step<T>, options?: CallOptions): Promise<T>;
  /** Runs a step as one transaction, which is durable when the promise resolves and undone when it rejects. */
  write<T>(step: () => Step<T>, options?: CallOptions): Promise<T>;
  /** Waits for what is running, then lets go of the database. Idempotent. */
  close(): Promise<void>;
}

/** Where SQLite and PostgreSQL differ. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres';
  /** Selects a row if there is a table of the given name. */
  readonly tableExists: string;
  /** Keeps others from changing the schema until the end of the transaction, which gives up rather than keep readers waiting. */
  readonly lockSchema: readonly string[];
  /** The number that a text of SQL means. Equal texts mean equal numbers, which is not true of numbers as parameters. */
  toNumber(text: Fragment): Fragment;
  /**
   * The rows `n`, from 0, and `digest` of many digests that are one value, 32 bytes each: to bind each by itself would cost
   * several times what is done with it.
   *
   * @param objects As many others, which the rows have as `object`.
   */
  eachDigest(digests: Uint8Array, count: number, objects?: Uint8Array | undefined): Fragment;
  /** What the value under some keys of a column of stored JSON looks like in SQL. */
  json(column: string, keys: readonly string[]): JsonField;
}

/** A value in stored JSON. It is missing where a key is, or where something other than an object has keys. */
export interface JsonField {
  /** Whether it is exactly this value. */
  equals(value: JsonPrimitive): Fragment;
  readonly isNumber: Fragment;
  readonly isText: Fragment;
  /** A number as it is written. Only where {@link isNumber}. */
  readonly numberText: Fragment;
  /** A text as it is stored, which compares by UTF-8 bytes. Only where {@link isText}. */
  readonly text: Fragment;
}
