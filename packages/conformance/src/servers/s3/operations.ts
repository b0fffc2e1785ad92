import type { HttpAnswer } from '../http-resource.js';
import type { S3Body } from './body.js';
import type { S3Bucket, S3Buckets, Versioning } from './buckets.js';
import { S3Failure } from './failure.js';
import { listObjects, listVersions } from './listing.js';
import { readObject } from './reading.js';
import type { S3Request } from './request.js';
import {
  abortUpload,
  completeUpload,
  copyObject,
  createUpload,
  deleteObject,
  deleteObjects,
  listUploads,
  putObject,
  uploadPart,
} from './writing.js';
import { document, element, textsOf } from './xml.js';
import { emptyAnswer, xmlAnswer } from './xml-answer.js';

type Operation = (bucket: S3Bucket, request: S3Request, body: S3Body) => HttpAnswer;

const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['HeadBucket', () => emptyAnswer(200)],
  ['GetBucketVersioning', getVersioning],
  ['PutBucketVersioning', putVersioning],
  ['ListObjectsV2', (bucket, request) => listObjects(bucket, request.bucket, request)],
  ['ListObjectVersions', (bucket, request) => listVersions(bucket, request.bucket, request)],
  ['ListMultipartUploads', listUploads],
  ['GetObject', readObject],
  ['HeadObject', readObject],
  ['PutObject', putObject],
  ['CopyObject', copyObject],
  ['DeleteObject', deleteObject],
  ['DeleteObjects', deleteObjects],
  ['CreateMultipartUpload', createUpload],
  ['UploadPart', uploadPart],
  ['AbortMultipartUpload', abortUpload],
  ['CompleteMultipartUpload', completeUpload],
]);

/** @throws S3Failure */
export function carryOut(buckets: S3Buckets, request: S3Request, body: S3Body): HttpAnswer {
  if (Buffer.byteLength(request.key) > 1024) throw new S3Failure(400, 'KeyTooLongError');
  if (request.operation === 'CreateBucket') {
    if (buckets.has(request.bucket)) throw new S3Failure(409, 'BucketAlreadyOwnedByYou');
    buckets.create(request.bucket);
    return emptyAnswer(200);
  }
  const operation = operations.get(request.operation);
  if (operation === undefined) throw new S3Failure(501, 'NotImplemented');
  const bucket = buckets.get(request.bucket);
  if (bucket.requesterPays && request.headers['x-amz-request-payer'] !== 'requester') {
    throw new S3Failure(403, 'AccessDenied');
  }
  return operation(bucket, request, body);
}

function getVersioning({ versioning }: S3Bucket): HttpAnswer {
  const status = versioning === undefined ? [] : [element('Status', versioning)];
  return xmlAnswer(document('VersioningConfiguration', ...status));
}

function putVersioning(bucket: S3Bucket, _request: S3Request, { bytes }: S3Body): HttpAnswer {
  const [status] = textsOf(Buffer.from(bytes).toString(), 'Status');
  if (status !== 'Enabled' && status !== 'Suspended') throw new S3Failure(400, 'MalformedXML');
  bucket.versioning = status satisfies Versioning;
  return emptyAnswer(200);
}
