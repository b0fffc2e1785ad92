import { setMaxListeners } from 'node:events';
import type { Readable } from 'node:stream';
import { CairnError, type CallOptions } from '@cairn/core';
import type { Dispatcher } from 'undici';
import type { Answer, Connection } from '../http/connection.js';
import { orAbort } from '../http/or-abort.js';
import { retryAfterMs } from '../http/retry.js';
import type { ServerAddress } from '../http/server-address.js';
import { type PlannedRequest, routes, serverInfo } from '../protocol/index.js';
import { DirectFailure } from './direct-failure.js';
import { isSafe } from './is-safe.js';

export type Use = 'downloads' | 'uploads';

export interface LineBody {
  /** In bytes. */
  readonly size: number;
  readonly open: () => Readable;
}

/** The way to the bucket behind a server, as far as there is one from here. */
export interface BucketLine {
  /** Whether to ask for a plan of so many bytes. What the server says is asked once, when it first matters. */
  isFor(use: Use, bytes: number, options: CallOptions): Promise<boolean>;
  /** Makes a signed request. @throws DirectFailure when it brings not just the range that it is for. */
  get(request: PlannedRequest, options: CallOptions): Promise<Answer>;
  /** Writes by a signed request. Done when what was written is there, or something is. @throws DirectFailure */
  put(request: PlannedRequest, body: LineBody, options: CallOptions): Promise<void>;
  /**
   * Notes that it can't be used from here; from now on everything goes through the server.
   *
   * @param use Default: for anything.
   */
  giveUp(use?: Use): void;
  /** Whether anything ever came. */
  readonly hasWorked: boolean;
  /** Whether anything was ever written. */
  readonly hasWritten: boolean;
}

/** For less, a plan costs more than it spares, in bytes. */
const worthwhileBytes: Readonly<Record<Use, number>> = {
  downloads: 4 * 1024 * 1024,
  // Two requests more, and the bucket copies what came.
  uploads: 8 * 1024 * 1024,
};
/** What is unsafe to be written may still be read. */
const unsafe = { GET: 'unreachable', PUT: 'refused' } as const;
const uses: readonly Use[] = ['downloads', 'uploads'];
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
  const givenUp = new Set<Use>();
  let offered: Promise<ReadonlySet<Use>> | undefined;
  let hasWorked = false;
  let hasWritten = false;

  async function askServer(options: CallOptions): Promise<ReadonlySet<Use>> {
    const { direct } = await connection.askJson({ route: routes.info, ...options }, serverInfo);
    return new Set(uses.filter((use) => direct?.[use] === true));
  }

  /** @throws DirectFailure when there is no answer. */
  async function request(
    method: 'GET' | 'PUT',
    { url, headers }: PlannedRequest,
    body: (() => Readable) | null,
    { signal }: CallOptions,
  ): Promise<Answer> {
    if (!isSafe(method, { url, headers }, server)) throw new DirectFailure(unsafe[method]);
    const { origin, pathname, search } = new URL(url);
    if (signal !== undefined) setMaxListeners(0, signal);
    const answer = dispatcher.request({
      origin,
      path: pathname + search,
      method,
      // Not the key: it is for the server alone.
      headers: { ...headers, 'user-agent': 'cairn', accept: '*/*' },
      body: body?.() ?? null,
      headersTimeout: headersMs,
      bodyTimeout: bodyMs,
      signal: signal ?? null,
    });
    const discard = (unwanted: Answer) => void unwanted.body.dump().catch(() => undefined);
    return orAbort(answer, signal, discard).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw new DirectFailure(isNoConnection(error) ? 'unreachable' : 'passing', { cause: error });
    });
  }

  return {
    get hasWorked() {
      return hasWorked;
    },
    get hasWritten() {
      return hasWritten;
    },
    giveUp(use) {
      for (const each of use === undefined ? uses : [use]) givenUp.add(each);
    },
    async isFor(use, bytes, options) {
      if (bytes < worthwhileBytes[use] || givenUp.has(use)) return false;
      offered ??= askServer(options).catch((error: unknown) => {
        offered = undefined;
        options.signal?.throwIfAborted();
        if (!CairnError.is(error)) throw error;
        return new Set<Use>();
      });
      return (await offered).has(use);
    },
    async get(signed, options) {
      const answer = await request('GET', signed, null, options);
      if (answer.statusCode !== 206) throw await refusal(answer);
      hasWorked = true;
      return answer;
    },
    async put(signed, { size, open }, options) {
      const headers = { ...signed.headers, 'content-length': String(size) };
      const answer = await request('PUT', { ...signed, headers }, open, options);
      // That something is there may be said of a second try, whose first had succeeded.
      const isThere = answer.statusCode === 412 || (answer.statusCode >= 200 && answer.statusCode < 300);
      if (!isThere) throw await refusal(answer);
      hasWritten = true;
      await answer.body.dump().catch(() => undefined);
    },
  };
}

async function refusal({ statusCode, headers, body }: Answer): Promise<DirectFailure> {
  await body.dump().catch(() => undefined);
  const isPassing = statusCode === 408 || statusCode === 429 || (statusCode >= 500 && statusCode !== 501);
  return new DirectFailure(isPassing ? 'passing' : 'refused', { toldMs: retryAfterMs(headers) });
}

/** Certificates that aren't trusted are no connection either, and have codes of many kinds. */
function isNoConnection(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return unreachable.has(code) || /CERT|TLS|SSL|SELF_SIGNED|ALTNAME|ISSUER/.test(code);
}
