import type { Row } from '../step.js';

/** What is needed of a pool of connections; a `Pool` of the package `pg` is one. */
export interface PostgresPool {
  connect(): Promise<PostgresClient>;
  /** Tells of connections that break while nobody uses them. */
  on?(event: 'error', listener: (error: Error) => void): unknown;
}

export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ rows: Row[] }>;
  /** Gives the connection back; with an error, it is thrown away. */
  release(error?: Error): void;
  /** Tells that the connection broke, between two queries too. */
  on?(event: 'error', listener: (error: Error) => void): unknown;
  off?(event: 'error', listener: (error: Error) => void): unknown;
}
