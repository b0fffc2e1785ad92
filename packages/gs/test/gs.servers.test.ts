import { generateKeyPairSync } from 'node:crypto';
import { objectStoreSuite } from '@cairn/conformance';
import { type GsPlace, makeGsBucket, namedGsPlace, registerCases, startFakeGcsServer } from '@cairn/testing';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { gsObjectStore } from '../src/index.js';
import { configOf } from './double.js';
import { fakeGcsServerGaps, type ServerGaps } from './gaps.js';
import { serverSuite } from './server-contract.js';

interface Server {
  readonly name: string;
  start(): Promise<GsPlace & { stop(): Promise<void> }>;
  readonly gaps: ServerGaps;
}

const own: readonly Server[] = [
  { name: 'fake-gcs-server', start: startFakeGcsServer, gaps: fakeGcsServerGaps },
];

const place = namedGsPlace();
const servers = place !== undefined ? [named(place)] : process.env.CAIRN_REQUIRE_SERVERS === '1' ? own : [];

for (const server of servers) describe(server.name, () => withServer(server));
if (servers.length === 0) {
  const reason = 'CAIRN_REQUIRE_SERVERS is not 1, and CAIRN_TEST_GCS_ENDPOINT names none';
  test('there are servers', (context) => context.skip(reason));
}

/** The server that the environment names: without a gap, unless CAIRN_TEST_GCS_SERVER says that it is one of these. */
function named(place: GsPlace): Server {
  const known = own.find(({ name }) => name === process.env.CAIRN_TEST_GCS_SERVER);
  return {
    name: place.endpoint,
    start: async () => ({ ...place, stop: async () => undefined }),
    gaps: known?.gaps ?? { server: [], store: [] },
  };
}

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
/** To sign with. Servers that are asked for nothing else need none. */
const credentials = {
  client_email: 'signer@test.iam.gserviceaccount.com',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
};

function withServer({ start, gaps }: Server): void {
  let place: Awaited<ReturnType<Server['start']>>;
  beforeAll(async () => {
    place = await start();
  }, 600_000);
  afterAll(() => place.stop());

  registerCases(serverSuite, 'real', () => ({ place, deviations: gaps.server }));
  registerCases(objectStoreSuite, 'real', async () => {
    const { name: bucket } = await makeGsBucket(place);
    const clientConfig = { ...configOf(place), credentials };
    const open = () => gsObjectStore({ bucket, clientConfig });
    return {
      objects: open(),
      capabilities: ['signed' as const, 'signedWrites' as const],
      reopen: async () => open(),
      deviations: gaps.store,
    };
  });
}
