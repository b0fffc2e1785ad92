import { Agent } from 'node:http';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';

/** How a handler or store of this package reaches S3. */
export interface S3Options {
  /** A client of yours, used as it is. Default: one made of `clientConfig` at the first request. */
  readonly client?: S3Client | undefined;
  /**
   * For the client that is made: `region`, `endpoint`, `credentials` and whatever else the SDK knows. What isn't said comes
   * from the SDK's own chain of environment, profiles and roles; the region, where that names none, is `us-east-1` and
   * corrected by S3's redirects. A request is made `maxAttempts` times at most: as `AWS_MAX_ATTEMPTS` says, else 5. With an
   * endpoint of one's own (also by `AWS_ENDPOINT_URL`), the bucket goes into the path and uploads carry no checksum
   * trailers, because many servers know neither virtual hosts nor trailers.
   */
  readonly clientConfig?: S3ClientConfig | undefined;
  /** Whether this account pays for requests to buckets whose owner won't. Default: `false`. */
  readonly requesterPays?: boolean | undefined;
  /** After how long a silence of the server a request or a body is given up, in milliseconds. Default: 60,000. */
  readonly timeoutMs?: number | undefined;
}

export type S3Sdk = typeof import('@aws-sdk/client-s3');

/** The loaded SDK and the client to use. */
export interface S3Connection {
  readonly sdk: S3Sdk;
  readonly client: S3Client;
  /** What goes into every request. */
  readonly payer: { readonly RequestPayer?: 'requester' };
  readonly timeoutMs: number;
}

/** Makes the function that loads the SDK and the client when they are first needed. A failure is tried again. */
export function lazyConnection(options: S3Options): () => Promise<S3Connection> {
  let connecting: Promise<S3Connection> | undefined;
  return () => {
    connecting ??= connect(options).catch((error: unknown) => {
      connecting = undefined;
      throw error;
    });
    return connecting;
  };
}

/** The options of a request that a signal can end. */
export function within(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

async function connect(options: S3Options): Promise<S3Connection> {
  const { timeoutMs = 60_000, requesterPays = false } = options;
  const sdk = await import('@aws-sdk/client-s3');
  const client = options.client ?? (await makeClient(sdk, options.clientConfig ?? {}, timeoutMs));
  return { sdk, client, payer: requesterPays ? { RequestPayer: 'requester' } : {}, timeoutMs };
}

async function makeClient(sdk: S3Sdk, given: S3ClientConfig, timeoutMs: number): Promise<S3Client> {
  const { env } = process;
  const isCustom = (given.endpoint ?? env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL) !== undefined;
  const config: S3ClientConfig = {
    requestHandler: {
      connectionTimeout: Math.min(timeoutMs, 10_000),
      // Longer than that of a body, whose own end says that it was silence.
      socketTimeout: timeoutMs + 1000,
      // As the SDK would make it, which makes one for each of the requests that are the first at once.
      httpAgent: new Agent({ keepAlive: true, maxSockets: 50 }),
    },
    followRegionRedirects: true,
    // The SDK's three are too few for thousands of objects at a server that is busy now and then.
    ...(env.AWS_MAX_ATTEMPTS === undefined ? { maxAttempts: 5 } : {}),
    ...(isCustom ? { forcePathStyle: true } : {}),
    ...(isCustom && env.AWS_REQUEST_CHECKSUM_CALCULATION === undefined
      ? { requestChecksumCalculation: 'WHEN_REQUIRED' }
      : {}),
    ...given,
  };
  const client = new sdk.S3Client(config);
  try {
    await client.config.region();
    return client;
  } catch {
    return new sdk.S3Client({ ...config, region: 'us-east-1' });
  }
}
