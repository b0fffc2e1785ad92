import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { S3Failure } from './failure.js';
import type { S3Request } from './request.js';

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const grammar =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
const toleranceMs = 15 * 60_000;

/**
 * Checks a request's signature (AWS Signature Version 4 in the header), as S3 does.
 *
 * @throws S3Failure 403 for a missing, unknown, stale or wrong one; 400 for that of another region.
 */
export function checkSignature(request: S3Request, credentials: S3Credentials, region: string): void {
  const match = grammar.exec(request.headers.authorization ?? '');
  if (match === null) throw new S3Failure(403, 'AccessDenied');
  const [, accessKeyId = '', day = '', signedFor = '', signedHeaders = '', signature = ''] = match;
  if (accessKeyId !== credentials.accessKeyId) throw new S3Failure(403, 'InvalidAccessKeyId');
  if (signedFor !== region) throw new S3Failure(400, 'AuthorizationHeaderMalformed');
  const time = request.headers['x-amz-date'] ?? '';
  if (!(Math.abs(Date.now() - parseTime(time)) < toleranceMs))
    throw new S3Failure(403, 'RequestTimeTooSkewed');

  const canonical = [
    request.method,
    request.rawPath,
    canonicalQuery(request.query),
    ...signedHeaders.split(';').map((name) => `${name}:${trim(request.headers[name] ?? '')}`),
    '',
    signedHeaders,
    request.headers['x-amz-content-sha256'] ?? '',
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${credentials.secretAccessKey}`,
  );
  if (!timingSafeEqual(hmac(key, toSign), Buffer.from(signature, 'hex'))) {
    throw new S3Failure(403, 'SignatureDoesNotMatch');
  }
}

function canonicalQuery(query: ReadonlyMap<string, string>): string {
  const pairs = [...query].map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return pairs.sort().join('&');
}

/** RFC 3986: all but the unreserved characters. */
function encode(value: string): string {
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function trim(value: string): string {
  return value.trim().replace(/ +/g, ' ');
}

/** `20261122T093000Z` in milliseconds; `NaN` for anything else. */
function parseTime(time: string): number {
  return Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function sha256(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}

function hmac(key: string | Buffer, value: string): Buffer {
  return createHmac('sha256', key).update(value).digest();
}
