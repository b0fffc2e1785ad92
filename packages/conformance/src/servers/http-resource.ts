import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { gzipSync } from 'node:zlib';

/** What the server has under a path, and how it tells of it. */
export interface HttpResource {
  readonly bytes: Uint8Array | string;
  /** `strong` and `weak` are made of the bytes; any other text is sent as it is. Default: `strong`. */
  readonly etag?: 'strong' | 'weak' | 'none' | (string & {}) | undefined;
  /** Default: none. */
  readonly lastModified?: Date | undefined;
  /** How the end of a body is told: by Content-Length, a last chunk, or the end of the connection. Default: `length`. */
  readonly framing?: 'length' | 'chunked' | 'close' | undefined;
  /** `gzip`: whatever the client accepts, and without ranges. Default: none. */
  readonly encoding?: 'gzip' | undefined;
  /** Whether a Range header has effect. Default: `true`. */
  readonly ranges?: boolean | undefined;
  /** The status that refuses HEAD. Default: HEAD is answered. */
  readonly headStatus?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** An answer, before it is put on the wire. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What a well-behaved server answers (RFC 9110, §13 and §14). */
export function answerFor(
  resource: HttpResource | undefined,
  method: string,
  asked: IncomingHttpHeaders,
): HttpAnswer {
  if (resource === undefined) return plain(404, 'nothing is here');
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'only GET and HEAD');
  if (method === 'HEAD' && resource.headStatus !== undefined) return plain(resource.headStatus, '');
  const { headers, etag, lastModified } = describe(resource);
  const precondition = asked['if-match'];
  if (precondition !== undefined && !lists(precondition, etag, false)) return { ...plain(412, ''), headers };
  const known = asked['if-none-match'];
  if (known !== undefined && lists(known, etag, true))
    return { status: 304, headers, body: new Uint8Array() };
  const body = bytesOf(resource);
  const range =
    method === 'GET' && isRangeWanted(resource, asked, etag, lastModified) ? asked.range : undefined;
  const whole = { status: 200, headers, body };
  return range === undefined ? whole : (part(whole, range) ?? whole);
}

function describe(resource: HttpResource) {
  const { etag = 'strong', lastModified, encoding, ranges = true, headers = {} } = resource;
  const hash = createHash('sha256').update(resource.bytes).digest('hex').slice(0, 16);
  const tag =
    etag === 'strong' ? `"${hash}"` : etag === 'weak' ? `W/"${hash}"` : etag === 'none' ? undefined : etag;
  const date = lastModified?.toUTCString();
  return {
    etag: tag,
    lastModified: date,
    headers: {
      ...(tag === undefined ? {} : { ETag: tag }),
      ...(date === undefined ? {} : { 'Last-Modified': date }),
      ...(encoding === undefined ? {} : { 'Content-Encoding': encoding }),
      ...(ranges && encoding === undefined ? { 'Accept-Ranges': 'bytes' } : {}),
      ...headers,
    },
  };
}

function bytesOf({ bytes, encoding }: HttpResource): Uint8Array {
  const plainBytes = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  return encoding === 'gzip' ? gzipSync(plainBytes) : plainBytes;
}

function lists(header: string, etag: string | undefined, weakly: boolean): boolean {
  if (header.trim() === '*') return true;
  if (etag === undefined || (!weakly && etag.startsWith('W/'))) return false;
  const opaque = (tag: string) => (weakly ? tag.replace(/^W\//, '') : tag);
  return header.split(',').some((tag) => opaque(tag.trim()) === opaque(etag));
}

function isRangeWanted(
  { ranges = true, encoding }: HttpResource,
  asked: IncomingHttpHeaders,
  etag: string | undefined,
  lastModified: string | undefined,
): boolean {
  if (!ranges || encoding !== undefined) return false;
  const condition = asked['if-range'];
  if (condition === undefined) return true;
  return condition === lastModified || (condition === etag && !condition.startsWith('W/'));
}

function part(whole: HttpAnswer, range: string): HttpAnswer | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range);
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  const size = whole.body.length;
  const start = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = match[1] === '' || match[2] === '' ? size : Math.min(size, Number(match[2]) + 1);
  if (start >= size) {
    return {
      ...whole,
      status: 416,
      headers: { ...whole.headers, 'Content-Range': `bytes */${size}` },
      body: new Uint8Array(),
    };
  }
  return {
    status: 206,
    headers: { ...whole.headers, 'Content-Range': `bytes ${start}-${end - 1}/${size}` },
    body: whole.body.subarray(start, end),
  };
}

export function plain(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return { status, headers: { 'Content-Type': 'text/plain', ...headers }, body: Buffer.from(text) };
}
