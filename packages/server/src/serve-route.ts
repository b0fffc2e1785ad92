import type { CallOptions } from '@cairn/core';
import { CairnError } from '@cairn/core';
import { maxQueryBytes } from '@cairn/remote/protocol';
import type { Outcome, Principal } from '@cairn/store';
import type { Context } from 'hono';
import * as v from 'valibot';
import { authorize } from './authorize.js';
import type { Call } from './call.js';
import { beginExchange, type Exchange } from './exchange.js';
import { nobody, refuseKeyInUrl } from './guard/authenticate.js';
import { malformed, tooMany } from './http/http-failure.js';
import type { ServerEnv } from './http/read-body.js';
import { readJson } from './http/read-json.js';
import type { Answer, AnyRoute, Input } from './route.js';
import type { Services } from './services.js';

export type ServerContext = Context<{ Bindings: ServerEnv }>;

/** Everything between a request and its response: who asks, whether they may, what they ask, and what becomes of it. */
export function serveRoute(
  route: AnyRoute,
  services: Services,
): (context: ServerContext) => Promise<Response> {
  return async (context) => {
    const exchange = beginExchange(context.req.raw, context.env ?? {}, route, services);
    try {
      return exchange.respond(await answer(route, context, exchange, services));
    } catch (failure) {
      return exchange.respond(exchange.failed(failure));
    }
  };
}

async function answer(
  route: AnyRoute,
  { req, env = {} }: ServerContext,
  exchange: Exchange,
  services: Services,
): Promise<Answer> {
  if (services.isClosing() && !route.isProbe) throw closing();
  const principal = await identify(route, req.raw, exchange, services);
  const { requestId } = exchange;
  const path = req.param();
  const params = readParams(route, req.query());
  const actor = { principal, requestId };
  const options: CallOptions = {
    get signal() {
      return exchange.signal;
    },
  };
  // A rule is asked before the body is read, except where the body says what the rule is about.
  const isAboutBody = route.rule.kind === 'project' && route.rule.of === 'start';
  const early = isAboutBody ? await readInput(route, req.raw, env) : undefined;
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
  const call: Call = { services, request: req.raw, env, requestId, path, principal, actor, project, options };
  try {
    const input: Input<unknown, unknown> = { params, body: early ?? (await readInput(route, req.raw, env)) };
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

function readParams(route: AnyRoute, query: Record<string, string>): unknown {
  const names = Object.keys(query);
  if (names.length === 0 && route.params === undefined) return undefined;
  refuseKeyInUrl(names);
  const long = names.find((name) => (query[name] as string).length > maxQueryBytes);
  if (long !== undefined) throw malformed(`${long} has more than ${maxQueryBytes} characters`);
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
