import { type S3Bucket, type S3Server, startS3Server } from '@cairn/conformance/servers';
import type { StorageHandler } from '@cairn/core';
import type { S3Place } from '@cairn/testing';
import { onTestFinished } from 'vitest';
import { s3Handler } from '../src/index.js';

/** A double, its empty bucket `bucket`, and what reaches them. */
export interface Double {
  readonly server: S3Server;
  readonly bucket: S3Bucket;
  readonly clientConfig: S3Place;
  readonly handler: StorageHandler;
}

/** Starts a double that ends with the test. */
export async function withDouble(): Promise<Double> {
  const server = await startS3Server({ buckets: ['bucket'] });
  onTestFinished(() => server.close());
  const clientConfig = placeOf(server);
  return { server, bucket: server.bucket('bucket'), clientConfig, handler: s3Handler({ clientConfig }) };
}

/** What a client needs to reach a double. */
export function placeOf({ endpoint, region, credentials }: S3Server): S3Place {
  return { endpoint, region, credentials };
}
