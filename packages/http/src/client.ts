import { setMaxListeners } from 'node:events';
import type { Dispatcher } from 'undici';
import { type Answer, discard } from './answer.js';
import { isTransient, statusError, transportError } from './http-error.js';
import type { HttpUri } from './http-uri.js';
import { createPool } from './pool.js';
import { maxRedirects, redirectTarget, tooManyRedirects } from './redirect.js';
import { type Retry, retryAfterMs } from './retry.js';
import type { HttpHeaders, Settings } from './settings.js';

/** What is asked of a server. */
export interface Ask {
  readonly uri: HttpUri;
  readonly method: 'GET' | 'HEAD';
  readonly headers: HttpHeaders;
  /** Whether private addresses are refused; see `ReferenceOptions.foreign`. */
  readonly foreign: boolean;
  readonly signal: AbortSignal | undefined;
}

export interface HttpClient {
  readonly settings: Settings;
  /**
   * Asks until there is an answer, redirects followed, that asking again would not change: a success or a refusal.
   *
   * @throws CairnError `scheme_refused`; `unavailable`, `timeout`, `rate_limited` when patience is at its end.
   */
  ask(ask: Ask, retry: Retry): Promise<Answer>;
}

/** Nothing is loaded or connected before the first request. */
export function createClient(settings: Settings): HttpClient {
  const { guard, headersOf, headersMs, world } = settings;
  const open = once(() => createPool(settings, undefined));
  const guarded = once(() => createPool(settings, guard));

  async function dispatcherFor({ hostname }: URL, foreign: boolean): Promise<Dispatcher> {
    if (!foreign || guard.isOpen) return settings.dispatcher ?? open();
    // No connection looks up an address, so it is checked here and not by the pool.
    const isAddress = guard.checkHost(hostname);
    if (settings.dispatcher === undefined) return guarded();
    if (!isAddress) guard.checkAddresses(hostname, await world.lookup(hostname));
    return settings.dispatcher;
  }

  async function send(target: URL, { method, headers, foreign, signal }: Ask): Promise<Answer> {
    const dispatcher = await dispatcherFor(target, foreign);
    const given = lowerCased(await headersOf(target.origin));
    signal?.throwIfAborted();
    // One signal may end any number of transfers at once, which is no leak.
    if (signal !== undefined) setMaxListeners(0, signal);
    const request = dispatcher.request({
      origin: target.origin,
      path: target.pathname + target.search,
      method,
      headers: {
        accept: '*/*',
        'user-agent': 'cairn',
        ...given,
        'accept-encoding': 'identity',
        ...headers,
      },
      headersTimeout: headersMs,
      bodyTimeout: 0, // a reader's own pauses must not count; see readBody
      signal: signal ?? null,
    });
    return orAbort(request, signal);
  }

  async function follow(ask: Ask): Promise<Answer> {
    let target = ask.uri.url;
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const answer = await send(target, ask);
      const next = redirectTarget(ask.uri, target, answer);
      if (next === undefined) return answer;
      discard(answer);
      target = next;
    }
    throw tooManyRedirects(ask.uri);
  }

  return {
    settings,
    async ask(ask, retry) {
      for (;;) {
        let failure: unknown;
        let toldMs: number | undefined;
        try {
          const answer = await follow(ask);
          if (!isTransient(answer.statusCode)) return answer;
          discard(answer);
          failure = statusError(ask.uri, answer);
          toldMs = retryAfterMs(answer);
        } catch (error) {
          failure = transportError(error, ask.uri, ask.signal);
        }
        await retry.wait(failure, toldMs);
      }
    },
  };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function lowerCased(headers: HttpHeaders): HttpHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Undici ends a request only once it has a connection; a caller who aborts is not kept waiting for one. */
async function orAbort(request: Promise<Answer>, signal: AbortSignal | undefined): Promise<Answer> {
  if (signal === undefined) return request;
  const { promise, stop } = whenAborted(signal);
  try {
    return await Promise.race([request, promise]);
  } catch (error) {
    request.then(discard, () => undefined);
    throw error;
  } finally {
    stop();
  }
}

function whenAborted(signal: AbortSignal): { readonly promise: Promise<never>; stop(): void } {
  let onAbort = (): void => undefined;
  const promise = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
  });
  signal.addEventListener('abort', onAbort);
  return { promise, stop: () => signal.removeEventListener('abort', onAbort) };
}
