import { createHash } from 'node:crypto';
import type { HttpAnswer } from '../http-resource.js';
import type { GcsBucket, GcsObject, GcsUpload } from './buckets.js';
import { crc32c } from './crc32c.js';
import { emptyAnswer, GcsFailure, jsonAnswer } from './failure.js';
import { checkConditions, findObject, resourceOf } from './reading.js';
import type { GcsRequest } from './request.js';

/** An upload by one request: `uploadType=media`, or `multipart` with metadata before the bytes. */
export function insertObject(bucket: GcsBucket, request: GcsRequest, body: Buffer): HttpAnswer {
  const { headers, query } = request;
  const [, boundary] = /boundary="?([^";]+)/.exec(headers['content-type'] ?? '') ?? [];
  const isMultipart = query.get('uploadType') === 'multipart' && boundary !== undefined;
  const { metadata, bytes } = isMultipart ? splitParts(body, boundary) : { metadata: {}, bytes: body };
  const name = request.object || String(metadata.name ?? '');
  return store(bucket, request.bucket, { name, given: metadata, conditions: query, bytes });
}

/** An upload by a signed URL, which says in its headers what is allowed. */
export function putObject(
  bucket: GcsBucket,
  { bucket: name, object, headers }: GcsRequest,
  body: Buffer,
): HttpAnswer {
  const [least, most] = (headers['x-goog-content-length-range'] ?? '').split(',').map(Number);
  if (body.length < (least ?? 0) || body.length > (most ?? body.length)) throw new GcsFailure(400, 'invalid');
  const generation = headers['x-goog-if-generation-match'];
  const conditions = new Map(generation === undefined ? [] : [['ifGenerationMatch', generation]]);
  const given = headers['content-type'] === undefined ? {} : { contentType: headers['content-type'] };
  return store(bucket, name, { name: object, given, conditions, bytes: body });
}

/** More than this is copied by two requests, in bytes. */
const rewrittenAtOnce = 64 * 1024;

/** A copy, of what was sent with the source or of what is sent now. */
export function rewriteObject(bucket: GcsBucket, request: GcsRequest, body: Buffer): HttpAnswer {
  const [, to = '', target = ''] = /\/rewriteTo\/b\/([^/]+)\/o\/([^/]+)$/.exec(request.rawPath) ?? [];
  if (decodeURIComponent(to) !== request.bucket) throw new GcsFailure(501, 'notImplemented');
  const source = findObject(bucket, request);
  const rewriteToken = `rewrite-${source.generation}`;
  if (source.bytes.length > rewrittenAtOnce && request.query.get('rewriteToken') !== rewriteToken) {
    return jsonAnswer({ kind: 'storage#rewriteResponse', done: false, rewriteToken });
  }
  const given = body.length === 0 ? source.given : (JSON.parse(body.toString()) as GcsObject['given']);
  const copy = bucket.put(decodeURIComponent(target), source.bytes, { given });
  return jsonAnswer({
    kind: 'storage#rewriteResponse',
    done: true,
    resource: resourceOf(request.bucket, copy),
  });
}

/** The start of an upload in pieces; `location` says where they go. */
export function startUpload(
  bucket: GcsBucket,
  request: GcsRequest,
  body: Buffer,
  endpoint: string,
): HttpAnswer {
  const given = body.length === 0 ? {} : (JSON.parse(body.toString()) as Record<string, unknown>);
  const name = request.object || String(given.name ?? '');
  checkName(name);
  checkConditions(bucket.live(name), request.query);
  const ifGenerationMatch = request.query.get('ifGenerationMatch');
  const { id } = bucket.startUpload({ name, given, ifGenerationMatch });
  const place = `/upload/storage/v1/b/${encodeURIComponent(request.bucket)}/o`;
  return emptyAnswer(200, { location: `${endpoint}${place}?uploadType=resumable&upload_id=${id}` });
}

/** A piece of an upload, or the question how far it has come (`bytes * / *`). The last one names the size of the whole. */
export function continueUpload(bucket: GcsBucket, request: GcsRequest, body: Buffer): HttpAnswer {
  const upload = findUpload(bucket, request);
  const [, first, total] =
    /^bytes (?:(\d+)-(?:\d+|\*)|\*)\/(\d+|\*)$/.exec(request.headers['content-range'] ?? 'bytes 0-*/*') ?? [];
  if (first !== undefined) {
    if (Number(first) > upload.bytes.length) throw new GcsFailure(503, 'backendError');
    const piece = body.subarray(upload.bytes.length - Number(first));
    const isLast = total !== '*' || request.headers['content-range'] === undefined;
    // Only whole multiples of 256 KiB are kept before the last piece.
    const kept = isLast ? piece.length : piece.length - (piece.length % (256 * 1024));
    upload.bytes = Buffer.concat([upload.bytes, piece.subarray(0, kept)]);
  }
  const isWhole = total !== undefined && total !== '*' && upload.bytes.length >= Number(total);
  if (!isWhole) {
    const { length } = upload.bytes;
    return emptyAnswer(308, length === 0 ? {} : { range: `bytes=0-${length - 1}` });
  }
  const { name, given, bytes, ifGenerationMatch } = upload;
  const conditions = new Map(
    ifGenerationMatch === undefined ? [] : [['ifGenerationMatch', ifGenerationMatch]],
  );
  bucket.uploads.delete(upload.id);
  return store(bucket, request.bucket, { name, given, bytes, conditions });
}

export function deleteUpload(bucket: GcsBucket, request: GcsRequest): HttpAnswer {
  bucket.uploads.delete(findUpload(bucket, request).id);
  return emptyAnswer(204);
}

export function deleteObject(bucket: GcsBucket, request: GcsRequest): HttpAnswer {
  const found = findObject(bucket, request);
  checkConditions(found, request.query);
  if (request.query.has('generation')) bucket.deleteGeneration(found.name, found.generation);
  else bucket.delete(found.name);
  return emptyAnswer(204);
}

interface NewObject {
  readonly name: string;
  readonly given: GcsObject['given'];
  readonly bytes: Buffer;
  readonly conditions: ReadonlyMap<string, string>;
}

function store(
  bucket: GcsBucket,
  bucketName: string,
  { name, given, bytes, conditions }: NewObject,
): HttpAnswer {
  checkName(name);
  checkConditions(bucket.live(name), conditions);
  const { name: _, crc32c: sum, md5Hash, ...kept } = given;
  const md5 = createHash('md5').update(bytes).digest('base64');
  if ((sum !== undefined && sum !== crc32c(bytes)) || (md5Hash !== undefined && md5Hash !== md5)) {
    throw new GcsFailure(400, 'invalid');
  }
  return jsonAnswer(resourceOf(bucketName, bucket.put(name, bytes, { given: kept })));
}

function checkName(name: string): void {
  const length = Buffer.byteLength(name);
  const isForbidden = /[\r\n]/.test(name) || name === '.' || name === '..';
  if (length === 0 || length > 1024 || isForbidden) throw new GcsFailure(400, 'invalid');
}

function findUpload(bucket: GcsBucket, { query }: GcsRequest): GcsUpload {
  const upload = bucket.uploads.get(query.get('upload_id') ?? '');
  if (upload === undefined) throw new GcsFailure(404, 'notFound');
  return upload;
}

/** Takes a `multipart/related` body of metadata and bytes apart. */
function splitParts(body: Buffer, boundary: string): { metadata: Record<string, unknown>; bytes: Buffer } {
  const mark = `--${boundary}`;
  const part = (from: number) => {
    const start = body.indexOf('\r\n\r\n', body.indexOf(mark, from)) + 4;
    const end = body.indexOf(`\r\n${mark}`, start);
    if (start < 4 || end === -1) throw new GcsFailure(400, 'badContent');
    return { content: body.subarray(start, end), end };
  };
  const first = part(0);
  return { metadata: JSON.parse(first.content.toString()), bytes: Buffer.from(part(first.end).content) };
}
