import type { HttpAnswer } from '../http-resource.js';
import type { S3Bucket, S3Version } from './buckets.js';
import { S3Failure } from './failure.js';
import type { S3Request } from './request.js';

/** GetObject and HeadObject: versions, conditions, ranges. */
export function readObject(bucket: S3Bucket, request: S3Request): HttpAnswer {
  const version = find(bucket, request);
  const described = describe(bucket, version, request.headers['x-amz-checksum-mode'] === 'ENABLED');
  checkConditions(version, request.headers, described);
  const { range } = request.headers;
  const whole = { status: 200, headers: described, body: version.bytes };
  return range === undefined || request.method === 'HEAD' ? whole : (part(whole, range) ?? whole);
}

function find(bucket: S3Bucket, { key, query }: S3Request): S3Version {
  const wanted = query.get('versionId');
  const versions = bucket.versionsOf(key);
  const found = wanted === undefined ? versions[0] : versions.find((version) => version.versionId === wanted);
  if (found === undefined) throw new S3Failure(404, wanted === undefined ? 'NoSuchKey' : 'NoSuchVersion');
  if (!found.deleteMarker) return found;
  const headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': found.versionId };
  throw wanted === undefined
    ? new S3Failure(404, 'NoSuchKey', headers)
    : new S3Failure(405, 'MethodNotAllowed', headers);
}

function describe(bucket: S3Bucket, version: S3Version, withChecksums: boolean): Record<string, string> {
  const kept = Object.entries(version.headers).filter(
    ([name]) => withChecksums || !name.startsWith('x-amz-checksum-'),
  );
  return {
    ...Object.fromEntries(kept),
    etag: version.etag,
    'last-modified': version.lastModified.toUTCString(),
    'accept-ranges': 'bytes',
    ...(bucket.versioning === undefined ? {} : { 'x-amz-version-id': version.versionId }),
  };
}

function checkConditions(
  { etag, lastModified }: S3Version,
  asked: Readonly<Record<string, string>>,
  described: Readonly<Record<string, string>>,
): void {
  const lists = (header: string) => header.split(',').some((tag) => ['*', etag].includes(tag.trim()));
  const { 'if-match': match, 'if-none-match': noneMatch } = asked;
  const { 'if-modified-since': modified, 'if-unmodified-since': unmodified } = asked;
  const second = Math.floor(lastModified.getTime() / 1000) * 1000;
  if (match !== undefined ? !lists(match) : unmodified !== undefined && second > Date.parse(unmodified)) {
    throw new S3Failure(412, 'PreconditionFailed');
  }
  if (noneMatch !== undefined ? lists(noneMatch) : modified !== undefined && second <= Date.parse(modified)) {
    throw new S3Failure(304, 'NotModified', described);
  }
}

/** A part of an answer, or `undefined` where the range is none that S3 understands and so has no effect. */
function part(whole: HttpAnswer, range: string): HttpAnswer | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  if (first === undefined || last === undefined || first + last === '') return undefined;
  const size = whole.body.length;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (start >= size) throw new S3Failure(416, 'InvalidRange', { 'Content-Range': `bytes */${size}` });
  // Checksums are of the whole object.
  const headers = Object.entries(whole.headers).filter(([name]) => !name.startsWith('x-amz-checksum-'));
  return {
    status: 206,
    headers: { ...Object.fromEntries(headers), 'Content-Range': `bytes ${start}-${end - 1}/${size}` },
    body: whole.body.subarray(start, end),
  };
}
