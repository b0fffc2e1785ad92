import { CairnError, quote } from '@cairn/core';
import { TrieRouter } from 'hono/router/trie-router';
import { beginExchange } from './exchange.js';
import { HttpFailure, malformed } from './http/http-failure.js';
import type { ServerEnv } from './http/read-body.js';
import type { Sent } from './http/to-response.js';
import type { AnyRoute } from './route.js';
import { serveRoute } from './serve-route.js';
import type { Services } from './services.js';

/**
 * Finds the route of a request and has it answered. A path is what it is, byte for byte: one that is only like that of a route
 * has none.
 */
export function dispatcher(
  table: readonly AnyRoute[],
  basePath: string,
  services: Services,
): (request: Request, env: ServerEnv) => Promise<Sent> {
  const router = new TrieRouter<AnyRoute>();
  for (const route of table) router.add(route.method, basePath + route.path, route);
  const methods = [...new Set(table.map(({ method }) => method))];

  return async (request, env) => {
    const url = new URL(request.url);
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const [found] = router.match(method, url.pathname)[0];
    const path = found === undefined ? undefined : decoded(found[1] as Record<string, string>);
    if (found !== undefined && path !== undefined) {
      return serveRoute(found[0], { request, url, env, path }, services);
    }
    const exchange = beginExchange(request, url, env, undefined, services);
    if (found !== undefined) return exchange.respond(exchange.failed(malformed('the path is not UTF-8')));
    const allowed = methods.filter((other) => router.match(other, url.pathname)[0].length > 0);
    return exchange.respond(exchange.failed(noRoute(request.method, url.pathname, allowed)));
  };
}

/** The parts of a path as they are meant; `undefined` when they mean nothing. */
function decoded(parts: Readonly<Record<string, string>>): Record<string, string> | undefined {
  try {
    return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, decodeURIComponent(part)]));
  } catch {
    return undefined;
  }
}

function noRoute(method: string, path: string, allowed: readonly string[]): CairnError | HttpFailure {
  const failure = new CairnError('not_found', `there is no ${quote(`${method} ${path}`)}`, {
    hint: 'The paths of the API are in docs/http-api.md, and at api/openapi.json.',
  });
  if (allowed.length === 0) return failure;
  return new HttpFailure(failure, { status: 405, headers: { allow: allowed.join(', ') } });
}
