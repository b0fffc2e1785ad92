import type { CallOptions, JsonPrimitive } from '@cairn/core';
import type { Fragment } from './fragment.js';
import type { Step } from './step.js';

/** A database that can run steps. All methods throw CairnErrors, and what a step throws. */
export interface Database {
  readonly dialect: Dialect;
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
  /** Keeps others from changing the schema until the end of the transaction. */
  readonly lockSchema?: string;
  /** What the value under some keys of a column of JSON looks like in SQL. */
  json(column: string, path: readonly string[]): JsonField;
}

/** A value in a column of canonical JSON. It is missing where a key is, or where something other than an object has keys. */
export interface JsonField {
  /** Whether it is exactly this value. */
  equals(value: JsonPrimitive): Fragment;
  readonly isNumber: Fragment;
  readonly isText: Fragment;
  /** Only where {@link isNumber}. */
  readonly number: Fragment;
  /** Only where {@link isText}. Compares by UTF-8 bytes. */
  readonly text: Fragment;
  /** A text to compare {@link text} with. */
  textParam(value: string): Fragment;
  /** What sorts before every text. */
  readonly emptyText: Fragment;
}
