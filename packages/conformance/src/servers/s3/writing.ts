import { createHash } from 'node:crypto';
import type { HttpAnswer } from '../http-resource.js';
import type { S3Body } from './body.js';
import { etagOf, type S3Bucket, type S3Upload, type S3Version } from './buckets.js';
import { S3Failure } from './failure.js';
import type { S3Request } from './request.js';
import { document, element, text, textsOf } from './xml.js';
import { emptyAnswer, xmlAnswer } from './xml-answer.js';

/** Of every part but the last. */
const minPartBytes = 5 * 1024 * 1024;

export function putObject(bucket: S3Bucket, request: S3Request, { bytes, checksums }: S3Body): HttpAnswer {
  checkConditions(bucket, request);
  const headers = { ...keptHeaders(request), ...checksums };
  const version = bucket.put(request.key, bytes, etagOf(bytes), headers);
  return emptyAnswer(200, { etag: version.etag, ...versionHeader(bucket, version) });
}

/** A copy inside of a bucket, of what was sent with the source or of what is sent now. */
export function copyObject(bucket: S3Bucket, request: S3Request): HttpAnswer {
  const [place = ''] = (request.headers['x-amz-copy-source'] ?? '').replace(/^\//, '').split('?');
  const [name, ...rest] = decodeURIComponent(place).split('/');
  if (name !== request.bucket) throw new S3Failure(501, 'NotImplemented');
  const source = bucket.current(rest.join('/'));
  if (source === undefined) throw new S3Failure(404, 'NoSuchKey');
  const isReplaced = request.headers['x-amz-metadata-directive'] === 'REPLACE';
  const headers = isReplaced ? keptHeaders(request) : source.headers;
  const version = bucket.put(request.key, source.bytes, etagOf(source.bytes), headers);
  const changed = element('LastModified', version.lastModified.toISOString());
  const result = document('CopyObjectResult', changed, element('ETag', text(version.etag)));
  return xmlAnswer(result, 200, versionHeader(bucket, version));
}

export function deleteObject(bucket: S3Bucket, { key, query }: S3Request): HttpAnswer {
  return emptyAnswer(204, deletionHeaders(remove(bucket, key, query.get('versionId'))));
}

export function deleteObjects(
  bucket: S3Bucket,
  request: S3Request,
  { bytes, checksums }: S3Body,
): HttpAnswer {
  if (request.headers['content-md5'] === undefined && Object.keys(checksums).length === 0) {
    throw new S3Failure(400, 'InvalidRequest');
  }
  const xml = Buffer.from(bytes).toString();
  const objects = [...xml.matchAll(/<Object>(.*?)<\/Object>/gs)].map((match) => match[1] ?? '');
  if (objects.length > 1000) throw new S3Failure(400, 'MalformedXML');
  const deleted = objects.map((object) => {
    const key = textsOf(object, 'Key')[0] ?? '';
    remove(bucket, key, textsOf(object, 'VersionId')[0]);
    return element('Deleted', element('Key', text(key)));
  });
  const isQuiet = textsOf(xml, 'Quiet')[0] === 'true';
  return xmlAnswer(document('DeleteResult', ...(isQuiet ? [] : deleted)));
}

export function createUpload(bucket: S3Bucket, request: S3Request): HttpAnswer {
  const upload = bucket.startUpload(request.key, keptHeaders(request));
  return xmlAnswer(
    document(
      'InitiateMultipartUploadResult',
      element('Bucket', text(request.bucket)),
      element('Key', text(request.key)),
      element('UploadId', upload.id),
    ),
  );
}

export function listUploads(bucket: S3Bucket): HttpAnswer {
  const uploads = [...bucket.uploads.values()].map(({ id, key }) =>
    element('Upload', element('Key', text(key)), element('UploadId', id)),
  );
  return xmlAnswer(document('ListMultipartUploadsResult', ...uploads));
}

export function uploadPart(bucket: S3Bucket, request: S3Request, { bytes, checksums }: S3Body): HttpAnswer {
  const number = Number(request.query.get('partNumber'));
  if (!(number >= 1 && number <= 10_000)) throw new S3Failure(400, 'InvalidArgument');
  const etag = etagOf(bytes);
  findUpload(bucket, request).parts.set(number, { bytes, etag });
  return emptyAnswer(200, { etag, ...checksums });
}

export function abortUpload(bucket: S3Bucket, request: S3Request): HttpAnswer {
  bucket.uploads.delete(findUpload(bucket, request).id);
  return emptyAnswer(204);
}

export function completeUpload(bucket: S3Bucket, request: S3Request, { bytes }: S3Body): HttpAnswer {
  const upload = findUpload(bucket, request);
  checkConditions(bucket, request);
  const xml = Buffer.from(bytes).toString();
  const numbers = textsOf(xml, 'PartNumber').map(Number);
  const etags = textsOf(xml, 'ETag');
  if (numbers.length === 0) throw new S3Failure(400, 'MalformedXML');
  const isSummed = textsOf(xml, 'ChecksumCRC32').length > 0;
  if (isSummed && upload.headers['x-amz-checksum-algorithm'] !== 'CRC32')
    throw new S3Failure(400, 'InvalidPart');
  const parts = numbers.map((number, i) => {
    const part = upload.parts.get(number);
    if (part === undefined || part.etag !== etags[i]) throw new S3Failure(400, 'InvalidPart');
    if (i > 0 && number <= (numbers[i - 1] ?? 0)) throw new S3Failure(400, 'InvalidPartOrder');
    if (i < numbers.length - 1 && part.bytes.length < minPartBytes)
      throw new S3Failure(400, 'EntityTooSmall');
    return part;
  });
  const sums = parts.map(({ etag }) => Buffer.from(etag.replaceAll('"', ''), 'hex'));
  const etag = `"${createHash('md5').update(Buffer.concat(sums)).digest('hex')}-${parts.length}"`;
  const whole = Buffer.concat(parts.map((part) => part.bytes));
  const version = bucket.put(upload.key, whole, etag, upload.headers);
  bucket.uploads.delete(upload.id);
  return xmlAnswer(
    document('CompleteMultipartUploadResult', element('Key', text(upload.key)), element('ETag', text(etag))),
    200,
    versionHeader(bucket, version),
  );
}

function findUpload(bucket: S3Bucket, { key, query }: S3Request): S3Upload {
  const upload = bucket.uploads.get(query.get('uploadId') ?? '');
  if (upload?.key !== key) throw new S3Failure(404, 'NoSuchUpload');
  return upload;
}

function checkConditions(bucket: S3Bucket, { key, headers }: S3Request): void {
  const current = bucket.current(key);
  const { 'if-none-match': noneMatch, 'if-match': match } = headers;
  if (noneMatch === '*' && current !== undefined) throw new S3Failure(412, 'PreconditionFailed');
  if (match === undefined) return;
  if (current === undefined) throw new S3Failure(404, 'NoSuchKey');
  if (current.etag !== match) throw new S3Failure(412, 'PreconditionFailed');
}

function remove(bucket: S3Bucket, key: string, versionId: string | undefined): S3Version | undefined {
  return versionId === undefined ? bucket.delete(key) : bucket.deleteVersion(key, versionId);
}

function deletionHeaders(version: S3Version | undefined): Record<string, string> {
  if (version === undefined) return {};
  return {
    'x-amz-version-id': version.versionId,
    ...(version.deleteMarker ? { 'x-amz-delete-marker': 'true' } : {}),
  };
}

function versionHeader({ versioning }: S3Bucket, { versionId }: S3Version): Record<string, string> {
  return versioning === undefined ? {} : { 'x-amz-version-id': versionId };
}

const kept = /^(content-(type|disposition|language)|cache-control|x-amz-(meta-.*|checksum-algorithm))$/;

function keptHeaders({ headers }: S3Request): Record<string, string> {
  const encoding = headers['content-encoding']?.replace(/aws-chunked,? ?/, '') ?? '';
  return {
    ...Object.fromEntries(Object.entries(headers).filter(([name]) => kept.test(name))),
    ...(encoding === '' ? {} : { 'content-encoding': encoding }),
  };
}
