import { setMaxListeners } from 'node:events';
import { CairnError, type CallOptions } from '@cairn/core';
import type { Dispatcher } from 'undici';
import type { Answer, Connection } from '../http/connection.js';
import { orAbort } from '../http/or-abort.js';
import { retryAfterMs } from '../http/retry.js';
import type { ServerAddress } from '../http/server-address.js';
import { type PlannedPart, routes, serverInfo } from '../protocol/index.js';
import { DirectFailure } from './direct-failure.js';
import { isSafe } from './is-safe.js';

/** The way to the bucket behind a server, as far as there is one from here. */
export interface BucketLine {
  /** Whether to ask for a plan of so many bytes. What the server says is asked once, when it first matters. */
  isFor(bytes: number, options: CallOptions): Promise<boolean>;
  /** Makes a signed request. @throws DirectFailure when it brings not just the range that it is for. */
  get(request: NonNullable<PlannedPart['request']>, options: CallOptions): Promise<Answer>;
  /** Notes that it can't be used from here; from now on everything goes through the server. */
  giveUp(): void;
  /** Whether anything ever came. */
  readonly hasWorked: boolean;
}

/** For less, a plan costs more than it spares, in bytes. */
const worthwhileBytes = 4 * 1024 * 1024;
/** As long as no connection was made, nothing was asked. */
const unreachable: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

export function bucketLine(
  connection: Connection,
  dispatcher: Dispatcher,
  server: ServerAddress,
): BucketLine {
  const { headersMs, bodyMs } = connection.settings;
  let isOffered: Promise<boolean> | undefined;
  let hasWorked = false;

  async function askServer(options: CallOptions): Promise<boolean> {
    const { direct } = await connection.askJson({ route: routes.info, ...options }, serverInfo);
    return direct?.downloads === true;
  }

  async function request(
    { url, headers }: NonNullable<PlannedPart['request']>,
    { signal }: CallOptions,
  ): Promise<Answer> {
    const { origin, pathname, search } = new URL(url);
    if (signal !== undefined) setMaxListeners(0, signal);
    const answer = dispatcher.request({
      origin,
      path: pathname + search,
      method: 'GET',
      // Not the key: it is for the server alone.
      headers: { ...headers, 'user-agent': 'cairn', accept: '*/*' },
      headersTimeout: headersMs,
      bodyTimeout: bodyMs,
      signal: signal ?? null,
    });
    return orAbort(answer, signal, ({ body }) => void body.dump().catch(() => undefined));
  }

  return {
    get hasWorked() {
      return hasWorked;
    },
    giveUp() {
      isOffered = Promise.resolve(false);
    },
    async isFor(bytes, options) {
      if (bytes < worthwhileBytes) return false;
      isOffered ??= askServer(options).catch((error: unknown) => {
        isOffered = undefined;
        options.signal?.throwIfAborted();
        if (!CairnError.is(error)) throw error;
        return false;
      });
      return isOffered;
    },
    async get(signed, options) {
      if (!isSafe(signed, server)) throw new DirectFailure('unreachable');
      const answer = await request(signed, options).catch((error: unknown) => {
        options.signal?.throwIfAborted();
        throw new DirectFailure(isNoConnection(error) ? 'unreachable' : 'passing', { cause: error });
      });
      const { statusCode, headers, body } = answer;
      if (statusCode === 206) {
        hasWorked = true;
        return answer;
      }
      await body.dump().catch(() => undefined);
      const isPassing = statusCode === 408 || statusCode === 429 || statusCode >= 500;
      throw new DirectFailure(isPassing ? 'passing' : 'refused', { toldMs: retryAfterMs(headers) });
    },
  };
}

/** Certificates that aren't trusted are no connection either, and have codes of many kinds. */
function isNoConnection(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return unreachable.has(code) || /CERT|TLS|SSL|SELF_SIGNED|ALTNAME|ISSUER/.test(code);
}
