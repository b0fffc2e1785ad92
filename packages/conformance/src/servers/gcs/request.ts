import type { IncomingMessage } from 'node:http';
import { GcsFailure } from './failure.js';

/** A request as the operations see it. */
export interface GcsRequest {
  /** As the JSON API calls it, such as `objects.get`; `objects.media` is a get with `alt=media`. */
  readonly operation: string;
  readonly method: string;
  /** As it came over the wire, still encoded. */
  readonly rawPath: string;
  /** Names and values, decoded, in the order in which they came. */
  readonly query: ReadonlyMap<string, string>;
  readonly headers: Readonly<Record<string, string>>;
  /** `''` for requests to the server itself. */
  readonly bucket: string;
  /** Decoded; `''` for requests to a bucket. */
  readonly object: string;
}

/** Takes a request apart without `new URL`, which rewrites names such as `a/../b`. */
export function readRequest({ method = 'GET', url = '/', headers }: IncomingMessage): GcsRequest {
  const [path = '', search = ''] = url.split(/\?(.*)/s);
  const query = new Map<string, string>();
  for (const pair of search.split('&')) {
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    if (name !== '') query.set(decode(name), decode(value.replaceAll('+', ' ')));
  }
  const [, upload, bucket, hasObjects, object = '', action] =
    /^(\/upload)?\/storage\/v1\/b(?:\/([^/]+))?(?:(\/o)(?:\/([^/]+)(\/rewriteTo\/.+)?)?)?$/.exec(path) ?? [];
  if (query.has('X-Goog-Signature')) return signedRequest(method, path, query, headers);
  const flat = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return {
    operation: operationOf(method, { upload, bucket, hasObjects, object, action }, query),
    method,
    rawPath: path,
    query,
    headers: Object.fromEntries(flat),
    bucket: decode(bucket ?? ''),
    object: object === '' ? (query.get('name') ?? '') : decode(object),
  };
}

const signedOperations: Readonly<Record<string, string>> = { GET: 'objects.media', PUT: 'objects.put' };

/** A request by a signed URL, which is one of the XML API: `/bucket/object`. */
function signedRequest(
  method: string,
  rawPath: string,
  query: GcsRequest['query'],
  headers: IncomingMessage['headers'],
): GcsRequest {
  const [, bucket = '', object = ''] = /^\/([^/]+)\/(.+)$/.exec(rawPath) ?? [];
  const flat = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return {
    operation: signedOperations[method] ?? 'unknown',
    method,
    rawPath,
    query,
    headers: Object.fromEntries(flat),
    bucket: decode(bucket),
    object: decode(object),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new GcsFailure(400, 'invalid');
  }
}

interface Place {
  readonly upload: string | undefined;
  readonly bucket: string | undefined;
  readonly hasObjects: string | undefined;
  readonly object: string;
  readonly action: string | undefined;
}

function operationOf(
  method: string,
  { upload, bucket, hasObjects, object, action }: Place,
  query: ReadonlyMap<string, string>,
): string {
  if (upload !== undefined) {
    if (method === 'PUT') return 'uploads.put';
    if (method === 'DELETE') return 'uploads.delete';
    return query.get('uploadType') === 'resumable' ? 'uploads.start' : 'objects.insert';
  }
  if (hasObjects === undefined)
    return method === 'POST' && bucket === undefined ? 'buckets.insert' : 'unknown';
  if (object === '') return method === 'GET' ? 'objects.list' : 'unknown';
  if (action !== undefined) return method === 'POST' ? 'objects.rewrite' : 'unknown';
  if (method === 'DELETE') return 'objects.delete';
  if (method !== 'GET') return 'unknown';
  return query.get('alt') === 'media' ? 'objects.media' : 'objects.get';
}
