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

interface Signed {
  readonly accessKeyId: string;
  readonly day: string;
  readonly region: string;
  readonly headers: string;
  readonly signature: string;
  readonly time: string;
  /** As it is signed. */
  readonly payload: string;
}

/**
 * Checks a request's signature (AWS Signature Version 4 in the header, or in the query of a signed URL), as S3 does.
 *
 * @throws S3Failure 403 for a missing, unknown, stale or wrong one; 400 for that of another region.
 */
export function checkSignature(request: S3Request, credentials: S3Credentials, region: string): void {
  const isUrl = request.query.has('X-Amz-Signature');
  const signed = isUrl ? signedUrl(request) : signedHeader(request);
  if (signed === undefined) throw new S3Failure(403, 'AccessDenied');
  if (signed.accessKeyId !== credentials.accessKeyId) throw new S3Failure(403, 'InvalidAccessKeyId');
  if (signed.region !== region) throw new S3Failure(400, 'AuthorizationHeaderMalformed');
  const age = Date.now() - parseTime(signed.time);
  if (isUrl) {
    const seconds = Number(request.query.get('X-Amz-Expires'));
    if (!(seconds > 0 && seconds <= 604_800)) throw new S3Failure(400, 'AuthorizationQueryParametersError');
    if (!(age > -toleranceMs && age < seconds * 1000)) throw new S3Failure(403, 'AccessDenied');
  } else if (!(Math.abs(age) < toleranceMs)) throw new S3Failure(403, 'RequestTimeTooSkewed');

  const canonical = [
    request.method,
    request.rawPath,
    canonicalQuery(request.query),
    ...signed.headers.split(';').map((name) => `${name}:${trim(request.headers[name] ?? '')}`),
    '',
    signed.headers,
    signed.payload,
  ].join('\n');
  const scope = `${signed.day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', signed.time, scope, sha256(canonical)].join('\n');
  const key = [signed.day, region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${credentials.secretAccessKey}`,
  );
  if (!timingSafeEqual(hmac(key, toSign), Buffer.from(signed.signature, 'hex'))) {
    throw new S3Failure(403, 'SignatureDoesNotMatch');
  }
}

function signedHeader({ headers }: S3Request): Signed | undefined {
  const match = grammar.exec(headers.authorization ?? '');
  if (match === null) return undefined;
  const [, accessKeyId = '', day = '', region = '', names = '', signature = ''] = match;
  const [time = '', payload = ''] = [headers['x-amz-date'], headers['x-amz-content-sha256']];
  return { accessKeyId, day, region, headers: names, signature, time, payload };
}

function signedUrl({ query }: S3Request): Signed | undefined {
  const get = (name: string) => query.get(`X-Amz-${name}`) ?? '';
  const match = /^([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request$/.exec(get('Credential'));
  const signature = get('Signature');
  if (match === null || get('Algorithm') !== 'AWS4-HMAC-SHA256' || !/^[0-9a-f]{64}$/.test(signature)) {
    return undefined;
  }
  const [, accessKeyId = '', day = '', region = ''] = match;
  const [headers, time] = [get('SignedHeaders'), get('Date')];
  return { accessKeyId, day, region, headers, signature, time, payload: 'UNSIGNED-PAYLOAD' };
}

/** Without the signature of a signed URL. */
function canonicalQuery(query: ReadonlyMap<string, string>): string {
  const signed = [...query].filter(([name]) => name !== 'X-Amz-Signature');
  const pairs = signed.map(([name, value]) => `${encode(name)}=${encode(value)}`);
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
