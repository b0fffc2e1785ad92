export type { S3Options } from './client.js';
export { s3Handler } from './s3-handler.js';
export { type S3ObjectStoreOptions, s3ObjectStore } from './s3-object-store.js';
export { formatS3Uri, parseS3Uri, type S3Address } from './s3-uri.js';
