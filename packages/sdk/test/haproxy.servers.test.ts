import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StorageHandler } from '@cairn/core';
import { httpHandler } from '@cairn/http';
import { s3Handler } from '@cairn/s3';
import { makeS3Bucket, startHaproxy, startVersityGw } from '@cairn/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Artifact, type Version, withRun } from '../src/index.js';
import { caught } from './support/caught.js';
import { testFolder } from './support/folder.js';
import { startS3, startWeb } from './support/real-servers.js';

// References through a proxy that refuses, drops and holds requests on their way to a real server.

/** A server with objects, and how they are reached through a proxy. */
interface Ground {
  /** Where the server listens itself. */
  readonly endpoint: string;
  /** Where a proxy before it is that runs already. */
  readonly proxy?: string | undefined;
  put(name: string, bytes: Uint8Array): Promise<void>;
  uriOf(name: string, endpoint: string): string;
  /** The URI of the folder of all objects, where there are folders. */
  readonly folder?: string;
  /** Asks so often, and waits so long for an answer. */
  handler(endpoint: string, attempts: number, timeoutMs: number): StorageHandler;
  stop(): Promise<void>;
}

async function s3(): Promise<Ground> {
  const { place, stop } = await startS3(startVersityGw);
  const bucket = await makeS3Bucket(place);
  return {
    endpoint: place.endpoint,
    proxy: process.env.CAIRN_TEST_S3_PROXY,
    put: (name, bytes) => bucket.put(name, bytes),
    uriOf: (name) => `s3://${bucket.name}/${name}`,
    folder: `s3://${bucket.name}/`,
    handler: (endpoint, maxAttempts, timeoutMs) =>
      s3Handler({ clientConfig: { ...place, endpoint, maxAttempts }, timeoutMs }),
    stop,
  };
}

async function web(): Promise<Ground> {
  const { place, stop } = await startWeb();
  return {
    endpoint: place.endpoint,
    put: (name, bytes) => place.put(`${place.endpoint}/${name}`, bytes),
    uriOf: (name, endpoint) => `${endpoint}/${name}`,
    handler: (_endpoint, attempts, timeoutMs) =>
      httpHandler({ retries: { attempts }, timeouts: { headersMs: timeoutMs, bodyMs: timeoutMs } }),
    stop,
  };
}

if (process.env.CAIRN_REQUIRE_SERVERS === '1') {
  describe('haproxy before an S3 server', () => throughHaproxy(s3));
  describe('haproxy before nginx', () => throughHaproxy(web));
} else {
  test('there is a proxy', (context) => context.skip('CAIRN_REQUIRE_SERVERS is not 1'));
}

/** So many attempts that a request fails by chance once in a million. */
const patient = 8;

function throughHaproxy(start: () => Promise<Ground>): void {
  const folder = testFolder();
  const objects = new Map(
    Array.from({ length: 15 }, (_, i) => [`${i}.bin`, randomBytes(i === 0 ? 3_000_000 : 1000 * i)]),
  );
  let ground: Ground;
  let proxy: Awaited<ReturnType<typeof startHaproxy>>;

  beforeAll(async () => {
    ground = await start();
    proxy = await startHaproxy(ground.endpoint, ground.proxy);
    for (const [name, bytes] of objects) await ground.put(name, bytes);
  }, 600_000);
  afterAll(async () => {
    await proxy.stop();
    await ground.stop();
  });

  /** Logs what is added through a proxy. */
  function log(handler: StorageHandler, add: (artifact: Artifact) => Promise<unknown>): Promise<Version> {
    return withRun({ store: folder.join('store'), handlers: [handler] }, async (run) => {
      const artifact = new Artifact('references');
      await add(artifact);
      return run.logArtifact(artifact);
    });
  }

  test.each(['busy', 'dropping', 'slow'] as const)(
    '%s: everything is logged and downloaded',
    async (fault) => {
      const endpoint = proxy.endpoints[fault];
      const version = await log(ground.handler(endpoint, patient, 500), async (artifact) => {
        const names = [...objects.keys()];
        await Promise.all(names.map((name) => artifact.addReference(ground.uriOf(name, endpoint))));
        if (ground.folder !== undefined) await artifact.addReference(ground.folder, { name: 'all' });
      });
      const root = await version.download({ root: folder.join('out') });
      for await (const { path } of version.entries()) {
        const expected = objects.get(path.replace('all/', '')) ?? Buffer.alloc(0);
        expect(readFileSync(join(root, path)).equals(expected), path).toBe(true);
      }
      expect((await version.checkReferences()).ok).toHaveLength(version.entryCount);
    },
  );

  test.each([
    ['down', 'unavailable'],
    ['dead', 'timeout'],
  ] as const)('%s: all that can be said is %s', async (fault, code) => {
    const endpoint = proxy.endpoints[fault];
    const handler = ground.handler(endpoint, 2, 300);
    const uri = ground.uriOf('1.bin', endpoint);
    expect((await caught(log(handler, (artifact) => artifact.addReference(uri)))).code).toBe(code);
    const version = await log(handler, (artifact) => artifact.addReference(uri, { checksum: false }));
    const error = await caught(version.download({ root: folder.join('out') }));
    expect([error.code, error.isRetryable]).toEqual([code, true]);
    expect(existsSync(folder.join('out/1.bin'))).toBe(false);
  });
}
