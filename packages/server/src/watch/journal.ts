import { CairnError } from '@cairn/core';
import type { Logger } from './logger.js';
import { withoutSecrets } from './without-secrets.js';

/** What is written down of a request. */
export interface RequestLine {
  readonly requestId: string;
  readonly method: string;
  /** Without the query string, which may be long, and could hold what somebody put there by mistake. */
  readonly path: string;
  readonly route?: string | undefined;
  readonly status: number;
  readonly ms: number;
  readonly address: string;
  readonly user?: string | undefined;
  readonly keyId?: string | undefined;
}

/** The log of a server. Nothing secret gets into it, whoever put it where. */
export interface Journal {
  request(line: RequestLine): void;
  /** What the server itself did wrong, or could not do. */
  failure(requestId: string, route: string | undefined, failure: unknown): void;
  event(message: string, fields?: Readonly<Record<string, string | number>>): void;
}

export function journal(log: Logger): Journal {
  return {
    request: (line) => log.info({ ...line, path: withoutSecrets(line.path) }, 'request'),
    failure: (requestId, route, failure) =>
      log.error({ requestId, route, error: describe(failure) }, 'failure'),
    event: (message, fields = {}) => log.info(fields, message),
  };
}

interface Described {
  readonly code?: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: Described;
}

/** How far causes are followed. */
const maxCauses = 8;

function describe(failure: unknown, depth = 0): Described {
  if (!(failure instanceof Error)) return { message: withoutSecrets(String(failure)) };
  const { message, stack, cause } = failure;
  const { code } = failure as { code?: unknown };
  return {
    ...(CairnError.is(failure) || typeof code === 'string' ? { code: String(code) } : {}),
    message: withoutSecrets(message),
    ...(stack === undefined ? {} : { stack: withoutSecrets(stack) }),
    ...(cause === undefined || depth >= maxCauses ? {} : { cause: describe(cause, depth + 1) }),
  };
}
