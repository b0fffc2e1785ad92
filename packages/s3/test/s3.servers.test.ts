import {
  type Fixture,
  type HandlerFixture,
  objectStoreSuite,
  type Suite,
  storageHandlerSuite,
} from '@cairn/conformance';
import {
  makeS3Bucket,
  namedS3Place,
  type RunningServer,
  registerCases,
  type S3Place,
  s3Place,
  startMoto,
  startSwift,
  startVersityGw,
} from '@cairn/testing';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { formatS3Uri, parseS3Uri, s3Handler, s3ObjectStore } from '../src/index.js';
import { motoGaps, type ServerGaps, swiftGaps, versityGwGaps } from './gaps.js';
import { serverSuite } from './server-contract.js';

interface Started {
  readonly place: S3Place;
  stop(): Promise<void>;
}

interface Server {
  readonly name: string;
  start(): Promise<Started>;
  readonly gaps: ServerGaps;
}

const own: readonly Server[] = [
  { name: 'VersityGW', start: () => placed(startVersityGw), gaps: versityGwGaps },
  { name: 'Swift', start: () => placed(startSwift), gaps: swiftGaps },
  { name: 'moto', start: () => placed(startMoto), gaps: motoGaps },
];

const place = namedS3Place();
const servers = place !== undefined ? [named(place)] : process.env.CAIRN_REQUIRE_SERVERS === '1' ? own : [];

for (const server of servers) describe(server.name, () => withServer(server));
if (servers.length === 0) {
  const reason = 'CAIRN_REQUIRE_SERVERS is not 1, and CAIRN_TEST_S3_ENDPOINT names none';
  test('there are servers', (context) => context.skip(reason));
}

async function placed(start: () => Promise<RunningServer>): Promise<Started> {
  const running = await start();
  return { place: s3Place(running), stop: running.stop };
}

/** The server that the environment names: without a gap, unless CAIRN_TEST_S3_SERVER says that it is one of these. */
function named(place: S3Place): Server {
  const known = own.find(({ name }) => name === process.env.CAIRN_TEST_S3_SERVER);
  return {
    name: place.endpoint,
    start: async () => ({ place, stop: async () => undefined }),
    gaps: known?.gaps ?? { server: [], store: [], byChance: [] },
  };
}

function withServer({ start, gaps }: Server): void {
  const certain = <F extends Fixture>(suite: Suite<F>): Suite<F> => ({
    ...suite,
    cases: suite.cases.filter(({ name }) => !gaps.byChance.includes(name)),
  });
  let place: S3Place;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    ({ place, stop } = await start());
  }, 600_000);
  afterAll(() => stop());

  for (const name of gaps.byChance) test(name, (context) => context.skip('met or not as luck has it'));
  registerCases(certain(serverSuite), 'real', () => ({ place, deviations: gaps.server }));
  registerCases(storageHandlerSuite, 'real', () => handlerFixture(place, false));
  registerCases(storageHandlerSuite, 'real, versioned', () => handlerFixture(place, true));
  registerCases(certain(objectStoreSuite), 'real', async () => {
    const { name: bucket } = await makeS3Bucket(place);
    const open = () => s3ObjectStore({ bucket, clientConfig: place });
    return {
      objects: open(),
      capabilities: ['signed' as const, 'signedWrites' as const],
      reopen: async () => open(),
      deviations: gaps.store,
    };
  });
}

async function handlerFixture(place: S3Place, versioned: boolean): Promise<HandlerFixture> {
  const bucket = await makeS3Bucket(place, { versioned });
  const put = async (key: string, bytes: Uint8Array) => {
    await bucket.put(key, bytes);
    return formatS3Uri({ bucket: bucket.name, key });
  };
  return {
    handler: s3Handler({ clientConfig: place }),
    capabilities: ['verify', ...(versioned ? (['versioned'] as const) : [])],
    put,
    prefix: (path) => `s3://${bucket.name}/${path}`,
    change: async (uri, bytes) => void (await put(parseS3Uri(uri).key, bytes)),
    remove: (uri) => bucket.delete(parseS3Uri(uri).key),
  };
}
