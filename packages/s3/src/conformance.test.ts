import { Agent } from 'node:http';
import {
  type HandlerFixture,
  type ObjectStoreFixture,
  testObjectStore,
  testStorageHandler,
} from '@cairn/conformance';
import { startS3Server } from '@cairn/conformance/servers';
import { placeOf } from '../test/double.js';
import { formatS3Uri, parseS3Uri, s3Handler, s3ObjectStore } from './index.js';

const always = Number.POSITIVE_INFINITY;

async function handlerFixture(versioned: boolean): Promise<HandlerFixture> {
  const server = await startS3Server({ buckets: ['bucket'] });
  const bucket = server.bucket('bucket');
  if (versioned) bucket.versioning = 'Enabled';
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const requestHandler = { httpAgent: agent };
  const keyOf = (uri: string) => parseS3Uri(uri).key;
  let isClosed = false;
  const close = async () => {
    if (!isClosed) await server.close();
    isClosed = true;
  };
  return {
    handler: s3Handler({ clientConfig: { ...placeOf(server), requestHandler, maxAttempts: 2 } }),
    capabilities: ['verify', ...(versioned ? (['versioned'] as const) : [])],
    put(path, bytes) {
      bucket.put(path, bytes);
      return formatS3Uri({ bucket: 'bucket', key: path });
    },
    prefix: (path) => `s3://bucket/${path}`,
    change: (uri, bytes) => void bucket.put(keyOf(uri), bytes),
    remove: (uri) => void bucket.delete(keyOf(uri)),
    forbid: (uri) =>
      server.order({ kind: 'error', status: 403, code: 'AccessDenied' }, { key: keyOf(uri), times: always }),
    disconnect: close,
    breakListings: () =>
      server.order({ kind: 'short', bytes: 2000 }, { operation: 'ListObjectVersions', times: always }),
    cutBody: (uri) => server.order({ kind: 'short', bytes: 1000 }, { key: keyOf(uri), times: always }),
    openConnections: () => Object.values(agent.sockets).flat().length,
    async dispose() {
      agent.destroy();
      await close();
    },
  };
}

async function objectStoreFixture(prefix: string | undefined): Promise<ObjectStoreFixture> {
  const server = await startS3Server({ buckets: ['bucket'] });
  const open = () => s3ObjectStore({ bucket: 'bucket', prefix, clientConfig: placeOf(server) });
  return {
    objects: open(),
    capabilities: ['signed', 'signedWrites'],
    reopen: async () => open(),
    dispose: () => server.close(),
  };
}

testStorageHandler('s3', () => handlerFixture(false));
testStorageHandler('s3, versioned', () => handlerFixture(true));
testObjectStore('s3', () => objectStoreFixture(undefined));
