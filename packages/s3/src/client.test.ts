import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readdirSync, readFileSync } from 'node:fs';
import { S3Client } from '@aws-sdk/client-s3';
import { expectCairnError } from '@cairn/conformance';
import type { StorageHandler } from '@cairn/core';
import { bytes, onlyEntry, readText } from '@cairn/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { withDouble } from '../test/double.js';
import { lazyConnection } from './client.js';
import { s3Handler } from './index.js';

afterEach(() => vi.unstubAllEnvs());

/** As on a machine on which nobody ever set up anything for AWS. */
function withoutConfiguration(): void {
  for (const name of [
    'AWS_REGION',
    'AWS_DEFAULT_REGION',
    'AWS_PROFILE',
    'AWS_ENDPOINT_URL',
    'AWS_ENDPOINT_URL_S3',
    'AWS_MAX_ATTEMPTS',
  ]) {
    vi.stubEnv(name, undefined);
  }
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
}

test('without options the environment says it all', async () => {
  const { server, bucket } = await withDouble();
  bucket.put('model.h5', bytes('weights'));
  withoutConfiguration();
  vi.stubEnv('AWS_ENDPOINT_URL', server.endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', server.credentials.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.credentials.secretAccessKey);
  const handler = s3Handler();
  expect(await readText(handler.open(await onlyEntry(handler.observe('s3://bucket/model.h5'))))).toBe(
    'weights',
  );
});

test('a client for S3 itself keeps the defaults of the SDK', async () => {
  withoutConfiguration();
  const { client } = await lazyConnection({})();
  expect(await client.config.region()).toBe('us-east-1');
  expect(await client.config.requestChecksumCalculation()).toBe('WHEN_SUPPORTED');
  expect(client.config.forcePathStyle).toBe(false);
  expect(client.config.followRegionRedirects).toBe(true);
});

test('a client for another endpoint asks less of it, unless told otherwise', async () => {
  withoutConfiguration();
  vi.stubEnv('AWS_REGION', 'eu-north-1');
  const endpoint = 'https://objects.example.org';
  const { client } = await lazyConnection({ clientConfig: { endpoint } })();
  expect(await client.config.region()).toBe('eu-north-1');
  expect(await client.config.requestChecksumCalculation()).toBe('WHEN_REQUIRED');
  expect(client.config.forcePathStyle).toBe(true);
  const clientConfig = {
    endpoint,
    forcePathStyle: false,
    requestChecksumCalculation: 'WHEN_SUPPORTED',
  } as const;
  const told = await lazyConnection({ clientConfig })();
  expect(await told.client.config.requestChecksumCalculation()).toBe('WHEN_SUPPORTED');
  expect(told.client.config.forcePathStyle).toBe(false);
});

test('a server that is busy is asked five times, unless told otherwise', async () => {
  withoutConfiguration();
  const { server, bucket, clientConfig, handler } = await withDouble();
  bucket.put('model.h5', bytes('weights'));
  const attempts = async (handler: StorageHandler, busy: number) => {
    server.forget();
    server.order({ kind: 'error', status: 503, code: 'SlowDown' }, { times: busy });
    await onlyEntry(handler.observe('s3://bucket/model.h5'));
    return server.count();
  };
  expect(await attempts(handler, 4)).toBe(5);
  await expectCairnError(attempts(handler, 5), 'unavailable');
  await expectCairnError(
    attempts(s3Handler({ clientConfig: { ...clientConfig, maxAttempts: 2 } }), 2),
    'unavailable',
  );
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
  await expectCairnError(attempts(s3Handler({ clientConfig }), 1), 'unavailable');
});

test('a given client is used as it is, and one is made once', async () => {
  const client = new S3Client({ region: 'us-east-1' });
  expect((await lazyConnection({ client })()).client).toBe(client);
  const connect = lazyConnection({ clientConfig: { region: 'us-east-1' } });
  expect(await connect()).toBe(await connect());
});

test('requests that are the first at once leave connections for the next', async () => {
  const { bucket, clientConfig, handler: other } = await withDouble();
  bucket.put('a.bin', bytes('a'));
  const reference = await onlyEntry(other.observe('s3://bucket/a.bin'));
  const handler = s3Handler({ clientConfig });
  let connections = 0;
  const count = () => void connections++;
  subscribe('net.server.socket', count);
  try {
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: 4 }, () => readText(handler.open(reference))));
    }
  } finally {
    unsubscribe('net.server.socket', count);
  }
  expect(connections).toBe(4);
});

test('nothing loads the SDK before the first request', () => {
  const sources = readdirSync(import.meta.dirname).filter((name) => !name.endsWith('.test.ts'));
  expect(sources).toContain('client.ts');
  for (const name of sources) {
    const text = readFileSync(`${import.meta.dirname}/${name}`, 'utf8');
    for (const line of text.split('\n').filter((found) => /from '@(aws-sdk|smithy)/.test(found))) {
      expect(line, name).toMatch(/^import type /);
    }
  }
});
