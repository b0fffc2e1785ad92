import type { IncomingMessage } from 'node:http';
import { S3Failure } from './failure.js';

/** A request as the operations see it. */
export interface S3Request {
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
  readonly key: string;
}

/** Takes a request apart without `new URL`, which rewrites keys such as `a/../b`. */
export function readRequest({ method = 'GET', url = '/', headers }: IncomingMessage): S3Request {
  const mark = url.indexOf('?');
  const rawPath = mark === -1 ? url : url.slice(0, mark);
  const query = new Map<string, string>();
  for (const pair of mark === -1 ? [] : url.slice(mark + 1).split('&')) {
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    if (name !== '') query.set(decode(name), decode(value));
  }
  const slash = rawPath.indexOf('/', 1);
  const bucket = decode(slash === -1 ? rawPath.slice(1) : rawPath.slice(1, slash));
  const key = slash === -1 ? '' : decode(rawPath.slice(slash + 1));
  const named = operationOf(method, key !== '', query);
  const isCopy = named === 'PutObject' && headers['x-amz-copy-source'] !== undefined;
  const operation = isCopy ? 'CopyObject' : named;
  const flat = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return { operation, method, rawPath, query, headers: Object.fromEntries(flat), bucket, key };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Failure(400, 'InvalidURI');
  }
}

/** By method, then by the first query parameter that is there; `''` is the case without any of them. */
const bucketOperations: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  GET: {
    versions: 'ListObjectVersions',
    versioning: 'GetBucketVersioning',
    uploads: 'ListMultipartUploads',
    'list-type': 'ListObjectsV2',
  },
  PUT: { versioning: 'PutBucketVersioning', '': 'CreateBucket' },
  HEAD: { '': 'HeadBucket' },
  POST: { delete: 'DeleteObjects' },
};
const objectOperations: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  GET: { '': 'GetObject' },
  HEAD: { '': 'HeadObject' },
  PUT: { partNumber: 'UploadPart', '': 'PutObject' },
  DELETE: { uploadId: 'AbortMultipartUpload', '': 'DeleteObject' },
  POST: { uploads: 'CreateMultipartUpload', uploadId: 'CompleteMultipartUpload' },
};

function operationOf(method: string, hasKey: boolean, query: ReadonlyMap<string, string>): string {
  const known = (hasKey ? objectOperations : bucketOperations)[method] ?? {};
  const name = Object.keys(known).find((parameter) => parameter !== '' && query.has(parameter));
  return known[name ?? ''] ?? 'Unknown';
}
