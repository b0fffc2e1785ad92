import { type GcsBucket, type GcsServer, startGcsServer } from '@cairn/conformance/servers';
import type { StorageHandler } from '@cairn/core';
import type { StorageOptions } from '@google-cloud/storage';
import { onTestFinished } from 'vitest';
import { gsHandler } from '../src/index.js';

/** A double, its empty bucket `bucket`, and what reaches them. */
export interface Double {
  readonly server: GcsServer;
  readonly bucket: GcsBucket;
  readonly clientConfig: StorageOptions;
  readonly handler: StorageHandler;
}

/** Starts a double that ends with the test. */
export async function withDouble(): Promise<Double> {
  const server = await startGcsServer({ buckets: ['bucket'] });
  onTestFinished(() => server.close());
  const clientConfig = configOf(server);
  return { server, bucket: server.bucket('bucket'), clientConfig, handler: gsHandler({ clientConfig }) };
}

/** What a client needs to reach a server. */
export function configOf({ endpoint }: { readonly endpoint: string }): StorageOptions {
  return { apiEndpoint: endpoint, projectId: 'test' };
}
