import { randomBytes } from 'node:crypto';
import { expectCairnError, testBlobStore } from '@cairn/conformance';
import { startGcsServer, startS3Server } from '@cairn/conformance/servers';
import { type ContentDigest, type ObjectStore, readAll } from '@cairn/core';
import { gsObjectStore } from '@cairn/gs';
import { s3ObjectStore } from '@cairn/s3';
import { openTeamStore, type TeamStore } from '@cairn/store/postgres';
import { Pool } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';

/* The store for teams on a real PostgreSQL, over servers that speak S3 and Cloud Storage. */

const url = process.env.CAIRN_TEST_POSTGRES_URL;

/** A pool in a schema of its own. */
async function schemaOfOwn(): Promise<{ pool: Pool; dispose: () => Promise<void> }> {
  const schema = `cairn_test_${randomBytes(12).toString('hex')}`;
  const pool = new Pool({ connectionString: url, options: `-c search_path=${schema}` });
  await pool.query(`CREATE SCHEMA ${schema}`);
  return {
    pool,
    async dispose() {
      await pool.query(`DROP SCHEMA ${schema} CASCADE`);
      await pool.end();
    },
  };
}

async function s3() {
  const server = await startS3Server({ buckets: ['bucket'] });
  const { endpoint, region, credentials } = server;
  const clientConfig = { endpoint, region, credentials };
  return { server, objects: s3ObjectStore({ bucket: 'bucket', prefix: 'team/cairn', clientConfig }) };
}

async function gcs() {
  const server = await startGcsServer({ buckets: ['bucket'] });
  const clientConfig = { apiEndpoint: server.endpoint, projectId: 'test' };
  return { server, objects: gsObjectStore({ bucket: 'bucket', clientConfig }) };
}

function suite(
  name: string,
  start: () => Promise<{ server: { close(): Promise<void> }; objects: ObjectStore }>,
): void {
  testBlobStore(name, async () => {
    const { server, objects } = await start();
    const { pool, dispose } = await schemaOfOwn();
    const stores: TeamStore[] = [];
    const open = async () => {
      const store = await openTeamStore({ pool, objects });
      stores.push(store);
      return store.blobs;
    };
    return {
      blobs: await open(),
      capabilities: ['paths' as const],
      reopen: open,
      async dispose() {
        await Promise.all(stores.map((store) => store.close()));
        await dispose();
        await server.close();
      },
    };
  });
}

if (url === undefined) {
  describe('a store for teams', () => {
    it('needs a PostgreSQL, which CAIRN_TEST_POSTGRES_URL names', (context) => {
      expect(process.env.CAIRN_REQUIRE_SERVERS, 'servers are required').not.toBe('1');
      context.skip('CAIRN_TEST_POSTGRES_URL is not set, such as to postgres://postgres@localhost/postgres');
    });
  });
} else {
  suite('PostgreSQL and S3', s3);
  suite('PostgreSQL and Cloud Storage', gcs);

  describe('a store for teams over S3', () => {
    async function store() {
      const { server, objects } = await s3();
      const { pool, dispose } = await schemaOfOwn();
      const opened = await openTeamStore({ pool, objects });
      onTestFinished(async () => {
        await opened.close();
        await dispose();
        await server.close();
      });
      return { server, store: opened };
    }

    async function put({ blobs }: TeamStore, bytes: Uint8Array): Promise<ContentDigest> {
      const digests: ContentDigest[] = [];
      for await (const { digest } of blobs.put([{ kind: 'bytes', bytes }])) digests.push(digest);
      return digests[0] as ContentDigest;
    }

    it('keeps what is put while the bucket is slow to take it', async () => {
      const { server, store: opened } = await store();
      const bytes = randomBytes(20_000_000);
      const slowDown = { kind: 'error', status: 503, code: 'SlowDown' } as const;
      server.order(slowDown, { operation: 'UploadPart', times: 8 });
      server.order(slowDown, { operation: 'CompleteMultipartUpload', times: 4 });
      const digest = await put(opened, bytes);
      expect(Buffer.from(await readAll(opened.blobs.open(digest))).equals(bytes)).toBe(true);
      server.order(slowDown, { operation: 'PutObject', times: 4 });
      const small = await put(opened, bytes.subarray(0, 1000));
      expect(await readAll(opened.blobs.open(small))).toHaveLength(1000);
    });

    it('gives no byte of an answer that was cut', async () => {
      const { server, store: opened } = await store();
      const bytes = randomBytes(200_000);
      const digest = await put(opened, bytes);
      server.order({ kind: 'short', bytes: 1000 }, { operation: 'GetObject', times: 1000 });
      await expectCairnError(readAll(opened.blobs.open(digest)), 'unavailable');
    });

    it('says what is wrong when the bucket takes nothing', async () => {
      const { server, store: opened } = await store();
      server.order(
        { kind: 'error', status: 403, code: 'AccessDenied' },
        { operation: 'PutObject', times: 100 },
      );
      await expectCairnError(put(opened, randomBytes(1000)), 'forbidden');
    });
  });
}
