import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Readable } from 'node:stream';
import { CairnError, parseJson, quote } from '@cairn/core';
import type { Dispatcher } from 'undici';
import * as v from 'valibot';
import { errorAnswer, fillPath, fromErrorAnswer, type Route, requestIdHeader } from '../protocol/index.js';
import type { Settings } from '../remote-options.js';
import { garbled, statusFailure, transportFailure } from './failures.js';
import { orAbort } from './or-abort.js';
import { readBounded } from './read-bounded.js';
import { createRetry, type Retry, retryAfterMs } from './retry.js';
import type { ServerAddress } from './server-address.js';

/** What is asked of the server. */
export interface Ask {
  readonly route: Route;
  /** What the parts of the path that have names are. */
  readonly path?: Readonly<Record<string, string>>;
  /** The query string; what is `undefined` is left out. */
  readonly params?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** A status besides those of success that says what the asker wants to know. */
  readonly alsoFine?: number;
  /** Made anew for each attempt. */
  readonly body?: () => string | Uint8Array | Readable;
  readonly signal?: AbortSignal | undefined;
}

/** A success, whose body is still to come. */
export type Answer = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers' | 'body'>;

/** The way to one server. */
export interface Connection {
  readonly location: string;
  readonly settings: Settings;
  /**
   * Asks until there is a success, or a failure that asking again would not change.
   *
   * @param retry Default: the patience of one call.
   * @throws CairnError as the server answered; `unavailable`, `timeout`, `rate_limited` when patience is at its end.
   */
  ask(ask: Ask, retry?: Retry): Promise<Answer>;
  /** The JSON of an answer. Half an answer, and what is none, is asked for again. */
  askJson<T>(ask: Ask, schema: v.GenericSchema<unknown, T>, retry?: Retry): Promise<T>;
  /** A short binary answer. */
  askBytes(ask: Ask, maxBytes: number): Promise<Uint8Array>;
  /** For what only success matters of. */
  tell(ask: Ask, retry?: Retry): Promise<void>;
}

/** The most of an error that is read, and of a JSON answer, in bytes. */
const maxErrorBytes = 64 * 1024;
const maxAnswerBytes = 64 * 1024 * 1024;

export function createConnection(
  { origin, basePath, location }: ServerAddress,
  dispatcher: Dispatcher,
  given: Settings,
): Connection {
  const { apiKey, headersMs, bodyMs } = given;
  let isKnown = false;
  const settings: Settings = {
    ...given,
    // One that has answered is away for a moment; of one that hasn't, the address may be wrong.
    get attempts() {
      return isKnown ? given.attemptsWhenKnown : given.attempts;
    },
  };

  async function send({ route, path, params = {}, headers = {}, body, signal }: Ask): Promise<Answer> {
    const filled = fillPath(route, path);
    if (filled === undefined) throw nothingThere(path);
    const said = Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const query = said.length === 0 ? '' : `?${new URLSearchParams(said)}`;
    // One signal may end any number of requests at once, which is no leak.
    if (signal !== undefined) setMaxListeners(0, signal);
    const request = dispatcher.request({
      origin,
      path: basePath + filled + query,
      method: route.method,
      headers: {
        'user-agent': 'cairn',
        accept: '*/*',
        [requestIdHeader]: randomUUID(),
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        ...headers,
      },
      body: body?.() ?? null,
      headersTimeout: headersMs,
      bodyTimeout: bodyMs,
      signal: signal ?? null,
    });
    return orAbort(request, signal, (answer) => void answer.body.dump().catch(() => undefined));
  }

  /** Redirects are not followed: what is asked and shown is for this server alone. */
  async function failureOf({ statusCode, headers, body }: Answer): Promise<CairnError> {
    if (statusCode >= 300 && statusCode < 400) {
      await body.dump().catch(() => undefined);
      return redirected(location, headers.location);
    }
    const text = await readBounded(body, maxErrorBytes).catch(() => undefined);
    const told = text === undefined ? undefined : parsed(text, errorAnswer);
    return told === undefined ? statusFailure(location, statusCode) : fromErrorAnswer(told);
  }

  async function attempts<T>(ask: Ask, retry: Retry, take: (answer: Answer) => Promise<T>): Promise<T> {
    for (;;) {
      let failure: unknown;
      let toldMs: number | undefined;
      try {
        ask.signal?.throwIfAborted();
        const answer = await send(ask);
        if (isFine(answer, ask)) {
          isKnown = true;
          return await take(answer);
        }
        toldMs = retryAfterMs(answer.headers);
        failure = await failureOf(answer);
      } catch (error) {
        failure = transportFailure(error, location, ask.signal);
      }
      // What the store has to say is not the network's fault, though trying all of it again may help.
      if (CairnError.is(failure, 'conflict')) throw failure;
      await retry.wait(failure, toldMs);
    }
  }

  const patience = ({ signal }: Ask) => createRetry(settings, signal);
  return {
    location,
    settings,
    ask: (ask, retry = patience(ask)) => attempts(ask, retry, async (answer) => answer),
    askJson: (ask, schema, retry = patience(ask)) =>
      attempts(ask, retry, async ({ body }) => {
        const answer = parsed(await readBounded(body, maxAnswerBytes), schema);
        if (answer === undefined) throw garbled(location);
        return answer;
      }),
    askBytes: (ask, maxBytes) =>
      attempts(ask, patience(ask), async ({ body }) => {
        const bytes = await readBounded(body, maxBytes);
        if (bytes === undefined) throw garbled(location);
        return bytes;
      }),
    tell: (ask, retry = patience(ask)) =>
      attempts(ask, retry, async ({ body }) => {
        await body.dump();
      }),
  };
}

function isFine({ statusCode }: Answer, { alsoFine }: Ask): boolean {
  return (statusCode >= 200 && statusCode < 300) || statusCode === alsoFine;
}

/** What a body is by a schema; `undefined` when it is something else, or too long. */
function parsed<T>(bytes: Uint8Array | undefined, schema: v.GenericSchema<unknown, T>): T | undefined {
  if (bytes === undefined) return undefined;
  try {
    const result = v.safeParse(schema, parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}

function redirected(location: string, target: unknown): CairnError {
  const to =
    typeof target === 'string' && URL.canParse(target, location) ? new URL(target, location) : undefined;
  return new CairnError('unavailable', `${quote(location)} sends its clients elsewhere`, {
    hint:
      to === undefined
        ? 'Check the URL.'
        : `If you trust it, use the URL of the server at ${quote(to.origin)}.`,
    isRetryable: false,
  });
}

function nothingThere(path: Ask['path']): CairnError {
  return new CairnError(
    'not_found',
    `there is nothing called ${quote(Object.values(path ?? {}).join('/'))}`,
    {
      hint: 'Check the name or id.',
    },
  );
}
