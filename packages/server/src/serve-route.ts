import { CairnError, type CallOptions, quote } from '@cairn/core';
import { maxQueryBytes } from '@cairn/remote/protocol';
import type { Outcome, Principal } from '@cairn/store';
import * as v from 'valibot';
import { authorize } from './authorize.js';
import type { Call } from './call.js';
import { beginExchange, type Exchange } from './exchange.js';
import { nobody, refuseKeyInUrl } from './guard/authenticate.js';
import { malformed, tooMany } from './http/http-failure.js';
import type { ServerEnv } from './http/read-body.js';
import { readJson } from './http/read-json.js';
import type { Sent } from './http/to-response.js';
import type { Answer, AnyRoute, Input } from './route.js';
import type { Services } from './services.js';

/** A request, and what its path was found to be. */
export interface Arrival {
  readonly request: Request;
  readonly url: URL;
  readonly env: ServerEnv;
  readonly path: Readonly<Record<string, string>>;
}

/** Everything between a request and its response: who asks, whether they may, what they ask, and what becomes of it. */
export async function serveRoute(route: AnyRoute, arrival: Arrival, services: Services): Promise<Sent> {
  const { request, url, env } = arrival;
  const exchange = beginExchange(request, url, env, route, services);
  try {
    return exchange.respond(await answer(route, arrival, exchange, services));
  } catch (failure) {
    return exchange.respond(exchange.failed(failure));
  }
}

async function answer(
  route: AnyRoute,
  { request, url, env, path }: Arrival,
  exchange: Exchange,
  services: Services,
): Promise<Answer> {
  if (services.isClosing() && !route.isProbe) throw closing();
  const principal = await identify(route, request, exchange, services);
  const { requestId } = exchange;
  const params = readParams(route, url.searchParams);
  const actor = { principal, requestId };
  const options: CallOptions = {
    get signal() {
      return exchange.signal;
    },
  };
  // A rule is asked before the body is read, except where the body says what the rule is about.
  const isAboutBody = route.rule.kind === 'project' && route.rule.of === 'start';
  const early = isAboutBody ? await readInput(route, request, env) : undefined;
  const tell = (outcome: Outcome, place: { entity?: string; project?: string }, result?: Answer) =>
    route.audit === undefined
      ? undefined
      : services.store.access.audit({
          by: actor,
          action: route.audit,
          target: targetOf(path, result),
          ...place,
          outcome,
        });
  const project = await authorize(route.rule, principal, { path, body: early }, services.store.catalog).catch(
    async (refusal: unknown) => {
      await tell('refused', path);
      throw refusal;
    },
  );
  const call: Call = { services, request, env, requestId, path, principal, actor, project, options };
  try {
    const input: Input<unknown, unknown> = { params, body: early ?? (await readInput(route, request, env)) };
    const result = await route.handle(call, input);
    await tell('done', project, result);
    return result;
  } catch (failure) {
    await tell('failed', project);
    throw failure;
  }
}

/** Who asks, if they have not asked too often. */
async function identify(
  route: AnyRoute,
  request: Request,
  exchange: Exchange,
  services: Services,
): Promise<Principal> {
  if (route.isProbe) return nobody;
  if (route.rule.kind === 'public') {
    checkAddress(exchange, services);
    return nobody;
  }
  try {
    exchange.principal = await services.authenticate(request);
  } catch (failure) {
    if (CairnError.is(failure, 'unauthenticated')) checkAddress(exchange, services);
    throw failure;
  }
  const wait = services.keyRate.take(exchange.principal.key.id);
  if (wait > 0) throw tooMany('too many requests with this key', wait);
  return exchange.principal;
}

function checkAddress({ address }: Exchange, { addressRate }: Services): void {
  const wait = addressRate.take(address);
  if (wait > 0) throw tooMany('too many requests without a key that is known', wait);
}

function readParams(route: AnyRoute, search: URLSearchParams): unknown {
  const query: Record<string, string> = {};
  for (const [name, value] of search) {
    refuseKeyInUrl(name);
    if (Object.hasOwn(query, name)) throw malformed(`${quote(name)} is there twice`);
    if (value.length > maxQueryBytes)
      throw malformed(`${quote(name)} has more than ${maxQueryBytes} characters`);
    query[name] = value;
  }
  return route.params === undefined ? undefined : check(route.params, query);
}

async function readInput(route: AnyRoute, request: Request, env: ServerEnv): Promise<unknown> {
  return route.body === undefined ? undefined : check(route.body, await readJson(request, env));
}

/** What a schema makes of a value. @throws CairnError `unsupported_format`, naming the first thing that is wrong. */
function check(schema: v.GenericSchema<unknown, unknown>, value: unknown): unknown {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const place = v.getDotPath(issue);
  throw malformed(
    `the request is not what the API takes${place === null ? '' : `, at ${place.slice(0, 200)}`}`,
    'See docs/http-api.md, or the description at api/openapi.json.',
  );
}

/** What an action was done to, for the audit log. */
function targetOf(path: Readonly<Record<string, string>>, result: Answer | undefined): string | undefined {
  const { version } = (result?.json ?? {}) as { readonly version?: unknown };
  if (typeof version === 'object' && version !== null) {
    const { name, version: number } = version as { readonly name: string; readonly version: number };
    return `${name}:v${number}`;
  }
  return path.versionId ?? path.runId;
}

function closing(): CairnError {
  return new CairnError('unavailable', 'this server is about to stop', { hint: 'Try again in a moment.' });
}
