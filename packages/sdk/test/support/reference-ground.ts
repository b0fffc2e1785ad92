import { startGcsServer, startHttpServer, startS3Server } from '@cairn/conformance/servers';
import type { StorageHandler } from '@cairn/core';
import { formatGsUri, gsHandler, parseGsUri } from '@cairn/gs';
import { httpHandler } from '@cairn/http';
import { formatS3Uri, parseS3Uri, s3Handler } from '@cairn/s3';
import { type GsPlace, makeGsBucket, makeS3Bucket, type S3Place } from '@cairn/testing';
import type { WebPlace } from './real-servers.js';

/** Objects at a server, how they are changed behind Cairn's back, and the handler that reads them. */
export interface ReferenceGround {
  readonly handler: StorageHandler;
  /** Whether what was overwritten or deleted can still be read. */
  readonly isVersioned: boolean;
  /** The URI of the folder of all objects. Absent: there are no folders. */
  readonly folder?: string;
  /** Whether a key can only be what a path can be: without a slash at its end, or two in a row. Default: `false`. */
  readonly hasOnlyPaths?: boolean;
  /** What a client without options reads from its environment to find the server. */
  readonly env?: Readonly<Record<string, string>>;
  /** The URI that names this very object. */
  uriOf(key: string): string;
  /** The key of an object, by its URI. */
  keyOf(uri: string): string;
  put(key: string, bytes: Uint8Array): Promise<void>;
  delete(key: string): Promise<void>;
  close(): Promise<void>;
}

/** A ground whose server can be looked at, and told to misbehave. */
export interface DoubleGround extends ReferenceGround {
  /** How many requests there were. */
  requests(): number;
  /** Refuses all that is asked about a key, with 403. */
  forbid(key: string): void;
  /** Sends the next body of a key bit by bit. */
  slowDown(key: string): void;
}

const often = Number.POSITIVE_INFINITY;
const slow = { kind: 'slow', bytes: 10_000, pauseMs: 20 } as const;

export async function s3Ground(place: S3Place, isVersioned: boolean): Promise<ReferenceGround> {
  const { name: bucket, ...objects } = await makeS3Bucket(place, { versioned: isVersioned });
  return {
    ...objects,
    handler: s3Handler({ clientConfig: place }),
    isVersioned,
    folder: `s3://${bucket}/`,
    env: {
      AWS_ENDPOINT_URL: place.endpoint,
      AWS_REGION: place.region,
      AWS_ACCESS_KEY_ID: place.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: place.credentials.secretAccessKey,
    },
    // Said outright, a key with a slash at its end is no folder.
    uriOf: (key) => formatS3Uri({ bucket, key, ...(key.endsWith('/') ? { versionId: '' } : {}) }),
    keyOf: (uri) => parseS3Uri(uri).key,
    close: async () => undefined,
  };
}

export async function gsGround(place: GsPlace, isVersioned: boolean): Promise<ReferenceGround> {
  const { name: bucket, ...objects } = await makeGsBucket(place, { versioned: isVersioned });
  return {
    ...objects,
    handler: gsHandler({ clientConfig: { apiEndpoint: place.endpoint, projectId: 'test' } }),
    isVersioned,
    folder: `gs://${bucket}/`,
    // By this variable the library is told the path, too.
    env: { STORAGE_EMULATOR_HOST: `${place.endpoint}/storage/v1`, GOOGLE_CLOUD_PROJECT: 'test' },
    uriOf: (object) => formatGsUri({ bucket, object, ...(object.endsWith('/') ? { generation: '' } : {}) }),
    keyOf: (uri) => parseGsUri(uri).object,
    close: async () => undefined,
  };
}

export async function s3Double(isVersioned: boolean): Promise<DoubleGround> {
  const server = await startS3Server();
  const ground = await s3Ground(server, isVersioned);
  return {
    ...ground,
    requests: () => server.count(),
    forbid: (key) =>
      server.order({ kind: 'error', status: 403, code: 'AccessDenied' }, { key, times: often }),
    slowDown: (key) => server.order(slow, { key, operation: 'GetObject' }),
    close: () => server.close(),
  };
}

export async function gsDouble(isVersioned: boolean): Promise<DoubleGround> {
  const server = await startGcsServer();
  const ground = await gsGround(server, isVersioned);
  return {
    ...ground,
    requests: () => server.count(),
    forbid: (object) =>
      server.order({ kind: 'error', status: 403, reason: 'forbidden' }, { object, times: often }),
    slowDown: (object) => server.order(slow, { object, operation: 'objects.media' }),
    close: () => server.close(),
  };
}

/** A key is what follows the origin in the URL. */
export function httpGround({ endpoint, ...files }: WebPlace): ReferenceGround {
  const uriOf = (key: string) => `${endpoint}/${key}`;
  return {
    handler: httpHandler(),
    isVersioned: false,
    uriOf,
    keyOf: (uri) => uri.slice(uriOf('').length),
    put: (key, bytes) => files.put(uriOf(key), bytes),
    delete: (key) => files.delete(uriOf(key)),
    close: async () => undefined,
  };
}

export async function httpDouble(): Promise<DoubleGround> {
  const server = await startHttpServer();
  // What is asked for: a URL as it is on the wire.
  const pathOf = (url: string) => {
    const { pathname, search } = new URL(url);
    return pathname + search;
  };
  const ground = httpGround({
    endpoint: server.origin,
    put: async (url, bytes) => void server.put(pathOf(url), { bytes }),
    delete: async (url) => server.remove(pathOf(url)),
  });
  const pathAt = (key: string) => pathOf(ground.uriOf(key));
  return {
    ...ground,
    requests: () => server.requests.length,
    forbid(key) {
      for (const method of ['HEAD', 'GET'] as const) {
        server.order(pathAt(key), { kind: 'status', status: 403 }, { method, times: often });
      }
    },
    slowDown: (key) => server.order(pathAt(key), slow),
    close: () => server.close(),
  };
}
