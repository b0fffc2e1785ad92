import { randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { type HandlerFixture, objectStoreSuite, storageHandlerSuite } from '@cairn/conformance';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { formatS3Uri, parseS3Uri, s3Handler, s3ObjectStore } from '../src/index.js';
import { registerCases } from './run-suite.js';
import { serverSuite } from './server-contract.js';
import type { ServerGaps } from './servers/gaps.js';
import { motoGaps, startMoto } from './servers/moto.js';
import type { S3Place } from './servers/place.js';
import type { RunningServer } from './servers/start.js';
import { startSwift, swiftGaps } from './servers/swift.js';
import { startVersityGw, versityGwGaps } from './servers/versitygw.js';

interface Server {
  readonly name: string;
  start(): Promise<RunningServer>;
  readonly gaps: ServerGaps;
}

const own: readonly Server[] = [
  { name: 'VersityGW', start: startVersityGw, gaps: versityGwGaps },
  { name: 'Swift', start: startSwift, gaps: swiftGaps },
  { name: 'moto', start: startMoto, gaps: motoGaps },
];

const { CAIRN_TEST_S3_ENDPOINT: endpoint, CAIRN_REQUIRE_SERVERS } = process.env;
const servers = endpoint !== undefined ? [named(endpoint)] : CAIRN_REQUIRE_SERVERS === '1' ? own : [];

for (const server of servers) describe(server.name, () => withServer(server));
if (servers.length === 0) {
  const reason = 'CAIRN_REQUIRE_SERVERS is not 1, and CAIRN_TEST_S3_ENDPOINT names none';
  test('there are servers', (context) => context.skip(reason));
}

/** The server that the environment names, such as S3 itself: without a gap. */
function named(at: string): Server {
  const { CAIRN_TEST_S3_REGION: region = 'us-east-1' } = process.env;
  const { CAIRN_TEST_S3_ACCESS_KEY: accessKeyId = '', CAIRN_TEST_S3_SECRET_KEY: secretAccessKey = '' } =
    process.env;
  const place = { endpoint: at, region, credentials: { accessKeyId, secretAccessKey } };
  return {
    name: at,
    start: async () => ({ place, stop: async () => undefined }),
    gaps: { server: [], store: [], byChance: [] },
  };
}

function withServer({ start, gaps }: Server): void {
  let running: RunningServer;
  beforeAll(async () => {
    running = await start();
  }, 600_000);
  afterAll(() => running.stop());

  registerCases(serverSuite, 'real', () => ({ place: running.place, deviations: gaps.server }));
  registerCases(storageHandlerSuite, 'real', () => handlerFixture(running.place, false));
  registerCases(storageHandlerSuite, 'real, versioned', () => handlerFixture(running.place, true));
  const cases = objectStoreSuite.cases.filter(({ name }) => !gaps.byChance.includes(name));
  registerCases({ ...objectStoreSuite, cases }, 'real', async () => {
    const bucket = await newBucket(running.place);
    const open = () => s3ObjectStore({ bucket, clientConfig: running.place });
    return { objects: open(), reopen: async () => open(), deviations: gaps.store };
  });
}

async function handlerFixture(place: S3Place, versioned: boolean): Promise<HandlerFixture> {
  const client = new S3Client({ ...place, forcePathStyle: true });
  const Bucket = await newBucket(place);
  if (versioned) {
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  }
  const put = async (Key: string, Body: Uint8Array) => {
    await client.send(new PutObjectCommand({ Bucket, Key, Body }));
    return formatS3Uri({ bucket: Bucket, key: Key });
  };
  return {
    handler: s3Handler({ clientConfig: place }),
    capabilities: ['verify', ...(versioned ? (['versioned'] as const) : [])],
    put,
    prefix: (path) => `s3://${Bucket}/${path}`,
    change: async (uri, bytes) => void (await put(parseS3Uri(uri).key, bytes)),
    remove: async (uri) =>
      void (await client.send(new DeleteObjectCommand({ Bucket, Key: parseS3Uri(uri).key }))),
    dispose: () => client.destroy(),
  };
}

async function newBucket(place: S3Place): Promise<string> {
  const client = new S3Client({ ...place, forcePathStyle: true });
  const Bucket = `cairn-${randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}
