import { compareUtf8 } from '@cairn/core';
import type { HttpAnswer } from '../http-resource.js';
import type { S3Bucket, S3Version } from './buckets.js';
import type { S3Request } from './request.js';
import { document, element, text } from './xml.js';
import { xmlAnswer } from './xml-answer.js';

const maxPage = 1000;

/** One page of the objects that are there now: ListObjectsV2, without delimiters. */
export function listObjects(bucket: S3Bucket, bucketName: string, { query }: S3Request): HttpAnswer {
  const prefix = query.get('prefix') ?? '';
  const show = shower(query);
  const token = query.get('continuation-token');
  const after = token === undefined ? query.get('start-after') : Buffer.from(token, 'base64url').toString();
  const limit = limitOf(query);
  const page: S3Version[] = [];
  let isTruncated = false;
  for (const key of keysAfter(bucket, prefix, after, false)) {
    const object = bucket.current(key);
    if (object === undefined) continue;
    isTruncated = page.length === limit;
    if (isTruncated) break;
    page.push(object);
  }
  const last = page.at(-1);
  return xmlAnswer(
    document(
      'ListBucketResult',
      element('Name', text(bucketName)),
      element('Prefix', show(prefix)),
      element('KeyCount', page.length),
      element('MaxKeys', limit),
      ...encodingOf(query),
      element('IsTruncated', isTruncated),
      ...(isTruncated && last !== undefined
        ? [element('NextContinuationToken', Buffer.from(last.key).toString('base64url'))]
        : []),
      ...page.map((object) => element('Contents', element('Key', show(object.key)), ...facts(object))),
    ),
  );
}

/** One page of all versions and markers, of each key the newest first: ListObjectVersions, without delimiters. */
export function listVersions(bucket: S3Bucket, bucketName: string, { query }: S3Request): HttpAnswer {
  const prefix = query.get('prefix') ?? '';
  const show = shower(query);
  const keyMarker = query.get('key-marker') || undefined;
  const versionMarker = query.get('version-id-marker') || undefined;
  const limit = limitOf(query);
  const page: string[] = [];
  let last: S3Version | undefined;
  let isTruncated = false;
  for (const version of versionsAfter(bucket, prefix, keyMarker, versionMarker)) {
    isTruncated = page.length === limit;
    if (isTruncated) break;
    page.push(describe(version, bucket.versionsOf(version.key)[0] === version, show));
    last = version;
  }
  return xmlAnswer(
    document(
      'ListVersionsResult',
      element('Name', text(bucketName)),
      element('Prefix', show(prefix)),
      element('MaxKeys', limit),
      ...encodingOf(query),
      element('IsTruncated', isTruncated),
      ...(isTruncated && last !== undefined
        ? [element('NextKeyMarker', show(last.key)), element('NextVersionIdMarker', last.versionId)]
        : []),
      ...page,
    ),
  );
}

function* versionsAfter(
  bucket: S3Bucket,
  prefix: string,
  keyMarker: string | undefined,
  versionMarker: string | undefined,
): Generator<S3Version> {
  for (const key of keysAfter(bucket, prefix, keyMarker, versionMarker !== undefined)) {
    const versions = bucket.versionsOf(key);
    const reached = key === keyMarker ? versions.findIndex((v) => v.versionId === versionMarker) : -1;
    yield* versions.slice(reached + 1);
  }
}

/** The keys with a prefix that come after a key, which itself is among them if `inclusive`. */
function* keysAfter(
  bucket: S3Bucket,
  prefix: string,
  after: string | undefined,
  inclusive: boolean,
): Generator<string> {
  const { keys } = bucket;
  const start = after !== undefined && compareUtf8(after, prefix) > 0 ? after : prefix;
  for (let at = lowerBound(keys, start); at < keys.length; at++) {
    const key = keys[at] as string;
    if (!key.startsWith(prefix)) return;
    if (key === after && !inclusive) continue;
    yield key;
  }
}

function lowerBound(keys: readonly string[], wanted: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareUtf8(keys[middle] as string, wanted) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function describe(version: S3Version, isLatest: boolean, show: (key: string) => string): string {
  return element(
    version.deleteMarker ? 'DeleteMarker' : 'Version',
    element('Key', show(version.key)),
    element('VersionId', version.versionId),
    element('IsLatest', isLatest),
    ...(version.deleteMarker
      ? [element('LastModified', version.lastModified.toISOString())]
      : facts(version)),
  );
}

function facts({ lastModified, etag, bytes }: S3Version): string[] {
  return [
    element('LastModified', lastModified.toISOString()),
    element('ETag', text(etag)),
    element('Size', bytes.length),
    element('StorageClass', 'STANDARD'),
  ];
}

function limitOf(query: ReadonlyMap<string, string>): number {
  return Math.min(Number(query.get('max-keys') ?? maxPage), maxPage);
}

/** How keys stand in the answer: as text, or percent-encoded, with a plus for a space, when that was asked for. */
function shower(query: ReadonlyMap<string, string>): (key: string) => string {
  if (query.get('encoding-type') !== 'url') return text;
  return (key) => encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
}

function encodingOf(query: ReadonlyMap<string, string>): string[] {
  return query.get('encoding-type') === 'url' ? [element('EncodingType', 'url')] : [];
}
