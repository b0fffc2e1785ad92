import { setTimeout } from 'node:timers/promises';
import { quote } from '@cairn/core';
import { dispatcher } from './dispatch.js';
import { type Authenticate, byKey, withoutKeys } from './guard/authenticate.js';
import { clientAddress } from './guard/client-address.js';
import { type defaultLimits, type Limits, limitsOf } from './guard/limits.js';
import { rateLimiter } from './guard/rate.js';
import { slots } from './guard/slots.js';
import { type NodeHandler, nodeHandler } from './http/node-handler.js';
import type { ServerEnv } from './http/read-body.js';
import { toResponse } from './http/to-response.js';
import { routeTable } from './routes/table.js';
import type { ServedStore } from './served-store.js';
import type { Services } from './services.js';
import { activity } from './watch/activity.js';
import { journal } from './watch/journal.js';
import { type Logger, standardLogger } from './watch/logger.js';
import { createMetrics } from './watch/metrics.js';

export interface ServerOptions {
  readonly store: ServedStore;
  /**
   * Who may do what. `keys`: the API keys of the store. `none`: whoever can reach it, which is answered only at this machine. A
   * function: what it says of a request, for an app that has users of its own; it throws `unauthenticated` for who is none.
   * Default: `keys`.
   */
  readonly auth?: 'keys' | 'none' | Authenticate | undefined;
  /** Default: {@link defaultLimits}. */
  readonly limits?: Partial<Limits> | undefined;
  /** Where to write what is done. Default: JSON lines to the standard output. */
  readonly logger?: Logger | undefined;
  /** Before all paths, such as `/artifacts`. Default: none. */
  readonly basePath?: string | undefined;
  /** Addresses and networks whose `X-Forwarded-For` is believed, such as `10.0.0.0/8`. Default: none. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** What clients do with the store's bucket itself, by signed requests that are good for minutes. */
  readonly direct?:
    | {
        /**
         * Whether they read large blobs from it. Those that can't reach it read from the server. Default: `true`, which means
         * something only where the store has a bucket whose credentials can sign.
         */
        readonly downloads?: boolean | undefined;
        /**
         * Whether they write large packs to it, which the server reads and checks before anybody sees them. Default: `true`, with
         * the same meaning.
         */
        readonly uploads?: boolean | undefined;
      }
    | undefined;
  /** The clock by which limits are, in milliseconds. Default: that of the process. */
  readonly now?: (() => number) | undefined;
}

/** A store behind the HTTP API. It holds no port: {@link listen} does, or somebody else's server that it is mounted in. */
export interface Server {
  /** Answers a request. Never rejects. */
  fetch(request: Request, env?: ServerEnv): Promise<Response>;
  /** The same for `node:http`, and for frameworks that take such a handler. Mount it before parsers of bodies. */
  readonly node: NodeHandler;
  readonly basePath: string;
  /** Whether everybody is let in, so that it must be reached by this machine only. */
  readonly isOpen: boolean;
  /**
   * The token by which the first key is made at `setup#<token>`, as long as there is no admin; it is good for an hour.
   * `undefined` when there is one, or keys are not the store's. For whoever has the machine, never for a log.
   */
  firstToken(): Promise<string | undefined>;
  /**
   * Takes no new requests, and waits until those that are there have their answers, but no longer than `graceMs`. The store
   * stays open. Idempotent.
   *
   * @param options.graceMs Default: 30,000.
   */
  close(options?: { readonly graceMs?: number | undefined }): Promise<void>;
}

/** How long requests that were begun are waited for, in milliseconds. */
export const defaultGraceMs = 30_000;

/** @throws TypeError when an option makes no sense. */
export function createServer(options: ServerOptions): Server {
  const { store, auth = 'keys', trustedProxies = [], now = () => performance.now() } = options;
  const basePath = checkBasePath(options.basePath ?? '');
  const limits = limitsOf(options.limits);
  const going = activity();
  const uploads = slots(limits.uploads, limits.uploadsPerKey);
  let isClosing = false;
  const services: Services = {
    store,
    hasDirectDownloads: (options.direct?.downloads ?? true) && store.planRead !== undefined,
    hasDirectUploads: (options.direct?.uploads ?? true) && store.planWrite !== undefined,
    authenticate: auth === 'keys' ? byKey(store.access) : auth === 'none' ? withoutKeys() : auth,
    clientAddress: clientAddress(trustedProxies),
    limits,
    keyRate: rateLimiter(limits.keyRate, now),
    addressRate: rateLimiter(limits.addressRate, now),
    uploads,
    activity: going,
    journal: journal(options.logger ?? standardLogger()),
    metrics: createMetrics([
      ['cairn_requests_in_progress', 'Requests whose answer is not sent yet.', () => going.count],
      ['cairn_uploads_in_progress', 'Packs being received, or checked.', () => uploads.taken],
    ]),
    isClosing: () => isClosing,
  };
  const answer = dispatcher(routeTable(basePath), basePath, services);
  return {
    fetch: async (request, env = {}) => toResponse(await answer(request, env)),
    node: nodeHandler(answer),
    basePath,
    isOpen: auth === 'none',
    async firstToken() {
      if (auth !== 'keys' || (await store.access.hasAdmin())) return undefined;
      return (await store.access.createBootstrapToken()).token;
    },
    async close({ graceMs = defaultGraceMs } = {}) {
      isClosing = true;
      const patience = new AbortController();
      const tooLong = setTimeout(graceMs, undefined, { signal: patience.signal }).catch(() => undefined);
      await Promise.race([going.settled(), tooLong]);
      patience.abort();
    },
  };
}

function checkBasePath(path: string): string {
  if (path === '' || /^(?:\/[\w.~-]+)+$/.test(path)) return path;
  throw new TypeError(
    `${quote(path)} can't be a base path: write it like "/artifacts", without a slash at its end`,
  );
}
