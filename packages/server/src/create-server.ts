import { CairnError, quote } from '@cairn/core';
import { Hono } from 'hono';
import { beginExchange } from './exchange.js';
import { type Authenticate, byKey, withoutKeys } from './guard/authenticate.js';
import { clientAddress } from './guard/client-address.js';
import { defaultLimits, type Limits } from './guard/limits.js';
import { rateLimiter } from './guard/rate.js';
import { slots } from './guard/slots.js';
import { HttpFailure } from './http/http-failure.js';
import type { ServerEnv } from './http/read-body.js';
import type { AnyRoute } from './route.js';
import { routeTable } from './routes/table.js';
import { serveRoute } from './serve-route.js';
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
  /** The clock by which limits are, in milliseconds. Default: that of the process. */
  readonly now?: (() => number) | undefined;
}

/** A store behind the HTTP API. It holds no port: {@link listen} does, or somebody else's server that it is mounted in. */
export interface Server {
  /** Answers a request. Never rejects. */
  fetch(request: Request, env?: ServerEnv): Promise<Response>;
  readonly basePath: string;
  /** Whether everybody is let in, so that it must be reached by this machine only. */
  readonly isOpen: boolean;
  /**
   * The token by which the first key is made at `setup#<token>`, as long as there is no admin; it is good for an hour.
   * `undefined` when there is one, or keys are not the store's. For whoever has the machine, never for a log.
   */
  firstToken(): Promise<string | undefined>;
  /** Takes no new requests, and waits until those that are there have their answers. The store stays open. Idempotent. */
  close(): Promise<void>;
}

/** @throws TypeError when an option makes no sense. */
export function createServer(options: ServerOptions): Server {
  const { store, auth = 'keys', trustedProxies = [], now = () => performance.now() } = options;
  const basePath = checkBasePath(options.basePath ?? '');
  const limits = { ...defaultLimits, ...options.limits };
  const going = activity();
  const uploads = slots(limits.uploads, limits.uploadsPerKey);
  let isClosing = false;
  const services: Services = {
    store,
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
      ['cairn_uploads_in_progress', 'Packs being received.', () => uploads.taken],
    ]),
    isClosing: () => isClosing,
  };
  const app = appOf(routeTable(basePath), basePath, services);
  return {
    fetch: async (request, env = {}) => app.fetch(request, env),
    basePath,
    isOpen: auth === 'none',
    async firstToken() {
      if (auth !== 'keys' || (await store.access.hasAdmin())) return undefined;
      return (await store.access.createBootstrapToken()).token;
    },
    async close() {
      isClosing = true;
      await going.settled();
    },
  };
}

function checkBasePath(path: string): string {
  if (path === '' || /^(?:\/[\w.~-]+)+$/.test(path)) return path;
  throw new TypeError(
    `${quote(path)} can't be a base path: write it like "/artifacts", without a slash at its end`,
  );
}

function appOf(
  table: readonly AnyRoute[],
  basePath: string,
  services: Services,
): Hono<{ Bindings: ServerEnv }> {
  const app = new Hono<{ Bindings: ServerEnv }>();
  for (const route of table) app.on(route.method, basePath + route.path, serveRoute(route, services));
  const shapes = table.map(({ method, path }) => ({ method, shape: shapeOf(basePath + path) }));
  app.notFound(({ req, env }) => {
    const exchange = beginExchange(req.raw, env ?? {}, undefined, services);
    const allowed = shapes.filter(({ shape }) => shape.test(req.path)).map(({ method }) => method);
    return exchange.respond(exchange.failed(noRoute(req.method, req.path, allowed)));
  });
  return app;
}

function shapeOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+')}$`);
}

function noRoute(method: string, path: string, allowed: readonly string[]): CairnError | HttpFailure {
  const failure = new CairnError('not_found', `there is no ${quote(`${method} ${path}`)}`, {
    hint: 'The paths of the API are in docs/http-api.md, and at api/openapi.json.',
  });
  if (allowed.length === 0) return failure;
  return new HttpFailure(failure, { status: 405, headers: { allow: [...new Set(allowed)].join(', ') } });
}
