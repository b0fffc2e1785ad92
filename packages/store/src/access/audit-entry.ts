import type { Actor } from './principal.js';

/** `done`; `refused`: it was not allowed; `failed`: it was, and went wrong. */
export type Outcome = 'done' | 'refused' | 'failed';

/** One line of the audit log, which is never changed or removed. */
export interface AuditEntry {
  /** Later lines have greater ids. */
  readonly id: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Missing where it was done at the machine itself. */
  readonly user?: string;
  readonly keyId?: string;
  /** What was done, such as `key.create`. */
  readonly action: string;
  /** To what, such as the id of a key. */
  readonly target?: string;
  readonly entity?: string;
  readonly project?: string;
  readonly outcome: Outcome;
  readonly requestId?: string;
}

export interface NewAuditEntry {
  readonly by: Actor;
  /** A word, or several with dots between them: lower-case letters and digits. */
  readonly action: string;
  /** Cut after 200 characters; what can't be printed is escaped. */
  readonly target?: string | undefined;
  readonly entity?: string | undefined;
  readonly project?: string | undefined;
  readonly outcome: Outcome;
}

export interface AuditQuery {
  readonly user?: string | undefined;
  readonly keyId?: string | undefined;
  readonly action?: string | undefined;
  readonly entity?: string | undefined;
  /** Only together with `entity`. */
  readonly project?: string | undefined;
  /** Only lines older than the one with this id. */
  readonly before?: number | undefined;
  /** Default: no limit. */
  readonly limit?: number | undefined;
}
