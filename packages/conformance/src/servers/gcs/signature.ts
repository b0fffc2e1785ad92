import { createHash, createVerify } from 'node:crypto';
import { GcsFailure } from './failure.js';
import type { GcsRequest } from './request.js';

/** Who may sign URLs. */
export interface GcsSigner {
  /** Of a service account. */
  readonly email: string;
  /** In PEM. */
  readonly publicKey: string;
}

/**
 * Checks the signature of a request by a signed URL (V4), as Cloud Storage does.
 *
 * @throws GcsFailure 403 for an unknown, stale or wrong one.
 */
export function checkSignedUrl(request: GcsRequest, signer: GcsSigner | undefined): void {
  const { query } = request;
  const get = (name: string) => query.get(`X-Goog-${name}`) ?? '';
  const [, email, day] = /^(.+)\/(\d{8})\/auto\/storage\/goog4_request$/.exec(get('Credential')) ?? [];
  const age = Date.now() - parseTime(get('Date'));
  const seconds = Number(get('Expires'));
  if (signer === undefined || email !== signer.email) throw new GcsFailure(403, 'forbidden');
  if (!(seconds > 0 && seconds <= 604_800 && age < seconds * 1000)) throw new GcsFailure(403, 'forbidden');
  const headers = get('SignedHeaders');
  const canonical = [
    request.method,
    request.rawPath,
    canonicalQuery(query),
    ...headers.split(';').map((name) => `${name}:${headerOf(request, name)}`),
    '',
    headers,
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const hash = createHash('sha256').update(canonical).digest('hex');
  const scope = `${day}/auto/storage/goog4_request`;
  const verify = createVerify('RSA-SHA256').update([get('Algorithm'), get('Date'), scope, hash].join('\n'));
  const signature = Buffer.from(get('Signature'), 'hex');
  const isWhole = signature.toString('hex') === get('Signature');
  if (!isWhole || !verify.verify(signer.publicKey, signature)) throw new GcsFailure(403, 'forbidden');
}

/** The library signs the host without its port, as that of Cloud Storage has none. */
function headerOf({ headers }: GcsRequest, name: string): string {
  const value = headers[name] ?? '';
  return name === 'host' ? value.replace(/:\d+$/, '') : value.trim();
}

function canonicalQuery(query: ReadonlyMap<string, string>): string {
  const pairs = [...query].filter(([name]) => name !== 'X-Goog-Signature');
  return pairs
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
}

function encode(value: string): string {
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `20261122T093000Z` in milliseconds; `NaN` for anything else. */
function parseTime(time: string): number {
  return Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
