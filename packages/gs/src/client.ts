import { holdSockets } from '@cairn/core';
import type { Storage, StorageOptions } from '@google-cloud/storage';
import type { Dispatcher, Pool } from 'undici';
import { authorizer } from './authorizer.js';

/** How a handler or store of this package reaches Cloud Storage. */
export interface GsOptions {
  /** A client of yours, used as it is. Default: one made of `clientConfig` at the first request. */
  readonly client?: Storage | undefined;
  /**
   * For the client that is made: `projectId`, `credentials`, `apiEndpoint` and whatever else the library knows. What isn't
   * said comes from the library's own chain: `GOOGLE_APPLICATION_CREDENTIALS`, what `gcloud auth` left, the metadata server.
   * An `apiEndpoint` of one's own gets no credentials unless `useAuthWithCustomEndpoint` is set.
   */
  readonly clientConfig?: StorageOptions | undefined;
  /** The project that pays for requests to buckets whose owner won't. Default: none. */
  readonly userProject?: string | undefined;
  /** After how long a silence of the server a request or a body is given up, in milliseconds. Default: 60,000. */
  readonly timeoutMs?: number | undefined;
}

export type GsSdk = typeof import('@google-cloud/storage');

/** The loaded library and the client to use. */
export interface GsConnection {
  readonly sdk: GsSdk;
  readonly client: Storage;
  /** The headers by which a request is allowed. */
  readonly authorize: (url: string) => Promise<Record<string, string>>;
  /** Whether there may be credentials that sign; looking for some at an endpoint of one's own would be in vain. */
  readonly canSign: boolean;
  /** What goes into every request. */
  readonly payer: { readonly userProject?: string };
  readonly timeoutMs: number;
  /** For the requests that the library can't make well; see `request.ts`. */
  readonly dispatcher: Dispatcher;
  readonly undici: typeof import('undici');
}

/** Makes the function that loads the library and the client when they are first needed. A failure is tried again. */
export function lazyConnection(options: GsOptions): () => Promise<GsConnection> {
  let connecting: Promise<GsConnection> | undefined;
  return () => {
    connecting ??= connect(options).catch((error: unknown) => {
      connecting = undefined;
      throw error;
    });
    return connecting;
  };
}

async function connect(options: GsOptions): Promise<GsConnection> {
  const { timeoutMs = 60_000, userProject } = options;
  const [sdk, undici] = await Promise.all([import('@google-cloud/storage'), import('undici')]);
  const client = options.client ?? makeClient(sdk, options.clientConfig ?? {}, timeoutMs);
  return {
    sdk,
    client,
    authorize: authorizer(client),
    canSign:
      !client.customEndpoint ||
      client.useAuthWithCustomEndpoint === true ||
      options.clientConfig?.credentials !== undefined,
    payer: userProject === undefined ? {} : { userProject },
    timeoutMs,
    dispatcher: makeDispatcher(undici, timeoutMs),
    undici,
  };
}

function makeDispatcher(
  { buildConnector, EnvHttpProxyAgent, Pool }: typeof import('undici'),
  timeoutMs: number,
): Dispatcher {
  const holder = holdSockets();
  const agent = new EnvHttpProxyAgent({
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    factory: (origin, { connect, ...options }: Pool.Options) =>
      new Pool(origin, {
        ...options,
        connect: holder.connect(typeof connect === 'function' ? connect : buildConnector(connect ?? {})),
      }),
  });
  agent.dispatch = holder.dispatch(agent.dispatch.bind(agent));
  return agent;
}

function makeClient(sdk: GsSdk, given: StorageOptions, timeout: number): Storage {
  return new sdk.Storage({
    timeout,
    ...given,
    // A write can be sent twice: it carries a mark by which it is known again.
    retryOptions: { idempotencyStrategy: sdk.IdempotencyStrategy.RetryAlways, ...given.retryOptions },
  });
}
