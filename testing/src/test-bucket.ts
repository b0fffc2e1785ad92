import { randomUUID } from 'node:crypto';
import type { GsPlace, S3Place } from './place.js';

/** A new bucket, and how to change what is in it behind the back of what is tested. */
export interface TestBucket {
  readonly name: string;
  put(key: string, bytes: Uint8Array): Promise<void>;
  delete(key: string): Promise<void>;
}

interface BucketOptions {
  /** Default: `false`. */
  readonly versioned?: boolean;
}

/** Makes a bucket at a server of S3, or at a double of one. */
export async function makeS3Bucket(
  place: S3Place,
  { versioned = false }: BucketOptions = {},
): Promise<TestBucket> {
  const sdk = await import('@aws-sdk/client-s3');
  const client = new sdk.S3Client({
    ...place,
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  const Bucket = `cairn-${randomUUID()}`;
  await client.send(new sdk.CreateBucketCommand({ Bucket }));
  if (versioned) {
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await client.send(new sdk.PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  }
  return {
    name: Bucket,
    async put(Key, Body) {
      await client.send(new sdk.PutObjectCommand({ Bucket, Key, Body }));
    },
    async delete(Key) {
      await client.send(new sdk.DeleteObjectCommand({ Bucket, Key }));
    },
  };
}

/** Makes a bucket at a server of Cloud Storage, or at a double of one. */
export async function makeGsBucket(
  place: GsPlace,
  { versioned = false }: BucketOptions = {},
): Promise<TestBucket> {
  const { Storage } = await import('@google-cloud/storage');
  const client = new Storage({ apiEndpoint: place.endpoint, projectId: 'test' });
  const name = `cairn-${randomUUID()}`;
  await client.createBucket(name, versioned ? { versioning: { enabled: true } } : {});
  const bucket = client.bucket(name);
  return {
    name,
    put: (key, bytes) => bucket.file(key).save(Buffer.from(bytes), { resumable: false, validation: false }),
    async delete(key) {
      await bucket.file(key).delete();
    },
  };
}
