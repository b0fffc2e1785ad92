import { randomUUID } from 'node:crypto';
import { objectStoreSuite } from '@cairn/conformance';
import { Storage } from '@google-cloud/storage';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { gsObjectStore } from '../src/index.js';
import { configOf } from './double.js';
import { registerCases } from './run-suite.js';
import { serverSuite } from './server-contract.js';
import { fakeGcsServerGaps, startFakeGcsServer } from './servers/fake-gcs-server.js';
import type { ServerGaps } from './servers/gaps.js';
import type { GsPlace } from './servers/place.js';
import type { RunningServer } from './servers/start.js';

interface Server {
  readonly name: string;
  start(): Promise<RunningServer>;
  readonly gaps: ServerGaps;
}

const own: readonly Server[] = [
  { name: 'fake-gcs-server', start: startFakeGcsServer, gaps: fakeGcsServerGaps },
];

const { CAIRN_TEST_GCS_ENDPOINT: endpoint, CAIRN_REQUIRE_SERVERS } = process.env;
const servers = endpoint !== undefined ? [named(endpoint)] : CAIRN_REQUIRE_SERVERS === '1' ? own : [];

for (const server of servers) describe(server.name, () => withServer(server));
if (servers.length === 0) {
  const reason = 'CAIRN_REQUIRE_SERVERS is not 1, and CAIRN_TEST_GCS_ENDPOINT names none';
  test('there are servers', (context) => context.skip(reason));
}

/** The server that the environment names: without a gap. */
function named(at: string): Server {
  return {
    name: at,
    start: async () => ({ place: { endpoint: at }, stop: async () => undefined }),
    gaps: { server: [], store: [] },
  };
}

function withServer({ start, gaps }: Server): void {
  let running: RunningServer;
  beforeAll(async () => {
    running = await start();
  }, 600_000);
  afterAll(() => running.stop());

  registerCases(serverSuite, 'real', () => ({ place: running.place, deviations: gaps.server }));
  registerCases(objectStoreSuite, 'real', async () => {
    const bucket = await newBucket(running.place);
    const open = () => gsObjectStore({ bucket, clientConfig: configOf(running.place) });
    return { objects: open(), reopen: async () => open(), deviations: gaps.store };
  });
}

async function newBucket(place: GsPlace): Promise<string> {
  const name = `cairn-${randomUUID()}`;
  await new Storage(configOf(place)).createBucket(name);
  return name;
}
