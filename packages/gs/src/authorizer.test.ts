import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import { bytes, onlyEntry, readText } from '@cairn/testing';
import type { StorageOptions } from '@google-cloud/storage';
import { expect, onTestFinished, test, vi } from 'vitest';
import { withDouble } from '../test/double.js';
import { gsHandler, gsObjectStore } from './index.js';

const secret = 'the-subject-token';

/** Credentials of a workload: a token from a file is exchanged at a token server, which answers with these statuses in turn. */
async function withCredentials(...statuses: readonly number[]) {
  const double = await withDouble();
  const left = [...statuses];
  let exchanges = 0;
  const tokens = createServer((_request, response) => {
    exchanges += 1;
    response.writeHead(left.shift() ?? 200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ access_token: `token-${exchanges}`, token_type: 'Bearer', expires_in: 3600 }),
    );
  });
  tokens.listen(0, '127.0.0.1');
  await once(tokens, 'listening');
  const folder = mkdtempSync(join(tmpdir(), 'cairn-gs-'));
  onTestFinished(() => {
    tokens.closeAllConnections();
    tokens.close();
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, 'token');
  writeFileSync(file, secret);
  const credentials = {
    type: 'external_account',
    audience: '//iam.googleapis.com/pool',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `http://127.0.0.1:${(tokens.address() as AddressInfo).port}/token`,
    credential_source: { file },
  } as const;
  const clientConfig: StorageOptions = {
    ...double.clientConfig,
    credentials,
    useAuthWithCustomEndpoint: true,
  };
  return {
    ...double,
    clientConfig,
    exchanges: () => exchanges,
    seen: () => [...new Set(double.server.requests.map(({ headers }) => headers.authorization))],
  };
}

async function* inPieces(): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < 10; i++) yield new Uint8Array(1_000_000);
}

test('every request has the token, which is asked for once', async () => {
  const { bucket, server, clientConfig, exchanges, seen } = await withCredentials();
  bucket.put('images/cat.png', bytes('cat'));
  const handler = gsHandler({ clientConfig });
  const entry = await onlyEntry(handler.observe('gs://bucket/images'));
  expect(await readText(handler.open(entry))).toBe('cat');
  expect(await handler.verify?.(entry)).toBe('match');
  expect(exchanges()).toBe(1);
  const store = gsObjectStore({ bucket: 'bucket', clientConfig });
  await store.put('small', bytes('small'));
  await store.put('large', inPieces());
  expect(exchanges()).toBe(2);
  const withoutToken = server.requests.filter(({ headers }) => headers.authorization === undefined);
  // The place of an upload is a secret itself.
  expect([...new Set(withoutToken.map(({ operation }) => operation))]).toEqual(['uploads.put']);
  expect(seen().sort()).toEqual(['Bearer token-1', 'Bearer token-2', undefined]);
});

test('an endpoint of one’s own gets no token, unless it is to', async () => {
  const { bucket, clientConfig, exchanges, seen } = await withCredentials();
  bucket.put('a.txt', bytes('a'));
  const handler = gsHandler({ clientConfig: { ...clientConfig, useAuthWithCustomEndpoint: false } });
  await onlyEntry(handler.observe('gs://bucket/a.txt'));
  expect([seen(), exchanges()]).toEqual([[undefined], 0]);
});

test('credentials that the token server refuses are unauthenticated, and not shown', async () => {
  const { clientConfig, server } = await withCredentials(400, 400, 400, 400);
  const error = await expectCairnError(
    gsHandler({ clientConfig }).observe('gs://bucket/a.txt'),
    'unauthenticated',
  );
  expect(error.hint).toContain('gcloud auth');
  expect(JSON.stringify([error.message, error.cause, (error.cause as Error).message])).not.toContain(secret);
  expect(server.count()).toBe(0);
});

test('a token server that is busy is asked again', async () => {
  const { bucket, clientConfig, exchanges } = await withCredentials(503, 503);
  bucket.put('a.txt', bytes('a'));
  await onlyEntry(gsHandler({ clientConfig }).observe('gs://bucket/a.txt'));
  expect(exchanges()).toBe(3);
});

test('a token server that stays busy is unavailable', async () => {
  const { clientConfig } = await withCredentials(...Array<number>(99).fill(503));
  await expectCairnError(gsHandler({ clientConfig }).observe('gs://bucket/a.txt'), 'unavailable');
});

test('a token that the server refuses is unauthenticated', async () => {
  const { clientConfig, server } = await withCredentials();
  server.order({ kind: 'error', status: 401, reason: 'authError' }, { times: 9 });
  await expectCairnError(gsHandler({ clientConfig }).observe('gs://bucket/a.txt'), 'unauthenticated');
});

test('without credentials what is public is read', async () => {
  const { bucket, server, clientConfig } = await withDouble();
  bucket.put('a.txt', bytes('a'));
  // Neither a file, nor gcloud, nor a machine of Google's.
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', undefined);
  vi.stubEnv('CLOUDSDK_CONFIG', '/nowhere');
  vi.stubEnv('HOME', '/nowhere');
  vi.stubEnv('METADATA_SERVER_DETECTION', 'none');
  onTestFinished(() => void vi.unstubAllEnvs());
  const handler = gsHandler({ clientConfig: { ...clientConfig, useAuthWithCustomEndpoint: true } });
  const entry = await onlyEntry(handler.observe('gs://bucket/a.txt'));
  expect(await readText(handler.open(entry))).toBe('a');
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
});
