export type { GcsBucket, GcsObject, GcsPutOptions, GcsUpload } from './gcs/buckets.js';
export type { GcsFault, GcsFaultOptions } from './gcs/faults.js';
export { type GcsRequestRecord, type GcsServer, type GcsServerOptions, startGcsServer } from './gcs.js';
export {
  type FaultOptions,
  type HttpRequest,
  type HttpServer,
  type HttpServerOptions,
  startHttpServer,
} from './http.js';
export type { HttpFault } from './http-fault.js';
export type { HttpAnswer, HttpResource } from './http-resource.js';
export type { S3Bucket, S3Upload, S3Version, Versioning } from './s3/buckets.js';
export type { S3Fault, S3FaultOptions } from './s3/faults.js';
export type { S3Credentials } from './s3/signature.js';
export { type S3RequestRecord, type S3Server, type S3ServerOptions, startS3Server } from './s3.js';
