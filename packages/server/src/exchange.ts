import { ServerResponse } from 'node:http';
import { CairnError } from '@cairn/core';
import { type ErrorAnswer, requestIdHeader, statusOf, toErrorAnswer } from '@cairn/remote/protocol';
import type { Principal } from '@cairn/store';
import { HttpFailure } from './http/http-failure.js';
import type { ServerEnv } from './http/read-body.js';
import { requestIdOf } from './http/request-id.js';
import type { Sent } from './http/to-response.js';
import type { Answer } from './route.js';
import type { Services } from './services.js';
import { withoutSecrets } from './watch/without-secrets.js';

/** What of a route an exchange is named by. */
export interface RouteLabel {
  readonly name: string;
  readonly isProbe?: boolean;
}

/** A request and its answer, from the first to the last byte. */
export interface Exchange {
  readonly requestId: string;
  readonly address: string;
  /** Aborted when the client goes before it has its answer. */
  readonly signal: AbortSignal;
  /** Who it turned out to be, for the log. */
  principal: Principal | undefined;
  /** What is sent; the exchange ends when it is sent. */
  respond(answer: Answer): Sent;
  /** What is answered for a failure. */
  failed(failure: unknown): Answer;
}

/** On every answer: nothing here is a page, or to be kept by anybody in between. */
const always: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

/** What nginx made the status of a client that went before it had its answer; nobody but the log sees it. */
const clientGone = 499;

export function beginExchange(
  request: Request,
  url: URL,
  env: ServerEnv,
  route: RouteLabel | undefined,
  services: Services,
): Exchange {
  const { journal, metrics, clientAddress } = services;
  const startedAt = performance.now();
  const end = services.activity.begin();
  const { headers } = request;
  const requestId = requestIdOf(headers.get(requestIdHeader));
  const address = clientAddress(env.address ?? env.incoming?.socket.remoteAddress, headers);
  let signal: AbortSignal | undefined;
  let isFinished = false;

  function finish(status: number): void {
    if (isFinished) return;
    isFinished = true;
    end();
    if (route?.isProbe) return;
    const { user, key } = exchange.principal ?? {};
    const ms = Math.round((performance.now() - startedAt) * 1000) / 1000;
    const { method } = request;
    metrics.requestDone(route?.name ?? 'none', method, status, ms);
    const seen = signal?.aborted ? clientGone : status;
    journal.request({
      requestId,
      method,
      path: url.pathname,
      route: route?.name,
      status: seen,
      ms,
      address,
      user,
      keyId: key?.id,
    });
  }

  /** The same stream, whose end is that of the exchange, also when nobody begins to read it. */
  function watched(body: AsyncIterable<Uint8Array>, status: number): AsyncIterable<Uint8Array> {
    const chunks = body[Symbol.asyncIterator]();
    const iterator: AsyncIterator<Uint8Array> = {
      async next() {
        try {
          const result = await chunks.next();
          if (result.done) finish(status);
          else metrics.sent(result.value.length);
          return result;
        } catch (failure) {
          journal.failure(requestId, route?.name, failure);
          finish(status);
          throw new Error('the answer could not be completed'); // the cause is the server's own business
        }
      },
      async return() {
        finish(status);
        await chunks.return?.();
        return { done: true, value: undefined };
      },
    };
    return { [Symbol.asyncIterator]: () => iterator };
  }

  const exchange: Exchange = {
    requestId,
    address,
    principal: undefined,
    get signal() {
      signal ??= signalOf(request, env);
      return signal;
    },
    respond(answer) {
      const { status, body } = answer;
      const isStream = body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array);
      const isHead = request.method === 'HEAD';
      if (!isStream || isHead) finish(status);
      const { json, headers: own } = answer;
      const isJson = json !== undefined;
      return {
        status,
        headers: {
          ...always,
          ...(isJson ? { 'content-type': 'application/json' } : {}),
          [requestIdHeader]: requestId,
          ...(services.isClosing() ? { connection: 'close' } : {}),
          ...own,
        },
        body: isHead ? undefined : isStream ? watched(body, status) : isJson ? JSON.stringify(json) : body,
      };
    },
    failed(failure) {
      const { error, status, headers: more } = toFailure(failure);
      if (status >= 500 && !exchange.signal.aborted) journal.failure(requestId, route?.name, failure);
      const { location } = services.store;
      const name = location.endsWith('/') ? 'the store/' : 'the store'; // as a bucket's does
      const shown = (text: string) => withoutSecrets(text).replaceAll(location, name);
      return { status, headers: more, json: shownAs(toErrorAnswer(error, requestId), shown) };
    },
  };
  return exchange;
}

function signalOf(request: Request, { outgoing }: ServerEnv): AbortSignal {
  // Taking the signal of a request from Node's adapter makes it a whole request first, which costs more than most answers.
  if (!(outgoing instanceof ServerResponse)) return request.signal;
  const controller = new AbortController();
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) controller.abort();
  });
  return controller.signal;
}

interface Failed {
  readonly error: CairnError;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

function toFailure(failure: unknown): Failed {
  if (failure instanceof HttpFailure) {
    const { failure: error, status = statusOf(error.code), headers } = failure;
    return { error, status, headers };
  }
  if (!CairnError.is(failure)) {
    const error = new CairnError('unavailable', 'the server failed', {
      hint: 'Its log says why, by the id of this request.',
      isRetryable: false,
    });
    return { error, status: 500, headers: {} };
  }
  const headers: Record<string, string> = {};
  if (failure.code === 'unauthenticated') headers['www-authenticate'] = 'Bearer';
  return { error: failure, status: statusOf(failure.code), headers };
}

function shownAs({ error }: ErrorAnswer, shown: (text: string) => string): ErrorAnswer {
  const { message, hint } = error;
  return {
    error: { ...error, message: shown(message), ...(hint === undefined ? {} : { hint: shown(hint) }) },
  };
}
