import { namedS3Place, startSwift } from '@cairn/testing';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { startGs, startS3, startWeb } from './support/real-servers.js';
import { testFolders, testReferences } from './support/reference-contract.js';
import { gsGround, httpGround, type ReferenceGround, s3Ground } from './support/reference-ground.js';
import { longest, objectKeys, urlKeys } from './support/reference-keys.js';

// The same as with doubles, at real servers: those that the environment names, or those that are started here.

interface Server {
  readonly start: () => Promise<{
    ground(isVersioned: boolean): Promise<ReferenceGround>;
    stop(): Promise<void>;
  }>;
  /** Keys that it can keep. */
  readonly keys: (isVersioned: boolean) => readonly string[];
}

/** Objects of VersityGW are files. */
const hasOnlyPaths = namedS3Place() !== undefined && process.env.CAIRN_TEST_S3_SERVER === 'VersityGW';

const servers: Readonly<Record<string, Server>> = {
  s3: {
    // The one that keeps any key.
    async start() {
      const { place, stop } = await startS3(startSwift);
      return {
        ground: async (isVersioned) => ({ ...(await s3Ground(place, isVersioned)), hasOnlyPaths }),
        stop,
      };
    },
    // Swift puts the version into the name under which it keeps an object.
    keys(isVersioned) {
      if (hasOnlyPaths) return objectKeys.filter((key) => !/^\/|\/$|\/\/|\.\./.test(key));
      return isVersioned && namedS3Place() === undefined
        ? objectKeys.filter((key) => key !== longest)
        : objectKeys;
    },
  },
  gs: {
    async start() {
      const { place, stop } = await startGs();
      return { ground: (isVersioned) => gsGround(place, isVersioned), stop };
    },
    keys: () => objectKeys,
  },
  http: {
    async start() {
      const { place, stop } = await startWeb();
      return { ground: async () => httpGround(place), stop };
    },
    // A file has one name, a folder has no bytes, and a query is nothing to it.
    keys: () => urlKeys.filter((key) => !/\/$|\/\/|\?/.test(key)),
  },
};

if (process.env.CAIRN_REQUIRE_SERVERS === '1') {
  for (const [name, server] of Object.entries(servers)) {
    describe(name, () => withServer(name, server));
  }
} else {
  test('there are servers', (context) => context.skip('CAIRN_REQUIRE_SERVERS is not 1'));
}

function withServer(name: string, { start, keys }: Server): void {
  let running: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    running = await start();
  }, 600_000);
  afterAll(() => running.stop());

  for (const isVersioned of name === 'http' ? [false] : [false, true]) {
    describe(isVersioned ? 'versioned' : 'unversioned', () => {
      const ground = () => running.ground(isVersioned);
      testReferences({ start: ground, keys: keys(isVersioned) });
      if (name !== 'http') describe('a folder', () => testFolders(ground));
    });
  }
}
