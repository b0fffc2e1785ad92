import { generateKeyPairSync } from 'node:crypto';
import {
  type HandlerFixture,
  type ObjectStoreFixture,
  testObjectStore,
  testStorageHandler,
} from '@cairn/conformance';
import { startGcsServer } from '@cairn/conformance/servers';
import { configOf } from '../test/double.js';
import { formatGsUri, gsHandler, gsObjectStore, parseGsUri } from './index.js';

const always = Number.POSITIVE_INFINITY;

async function handlerFixture(versioned: boolean): Promise<HandlerFixture> {
  const server = await startGcsServer({ buckets: ['bucket'] });
  const bucket = server.bucket('bucket');
  bucket.versioning = versioned;
  const objectOf = (uri: string) => parseGsUri(uri).object;
  let isClosed = false;
  const close = async () => {
    if (!isClosed) await server.close();
    isClosed = true;
  };
  return {
    handler: gsHandler({ clientConfig: configOf(server) }),
    capabilities: ['verify', 'contentDigest', 'anyKey', ...(versioned ? (['versioned'] as const) : [])],
    put(path, bytes) {
      bucket.put(path, bytes);
      return formatGsUri({ bucket: 'bucket', object: path });
    },
    prefix: (path) => `gs://bucket/${path}`,
    change: (uri, bytes) => void bucket.put(objectOf(uri), bytes),
    remove: (uri) => bucket.delete(objectOf(uri)),
    forbid: (uri) =>
      server.order(
        { kind: 'error', status: 403, reason: 'forbidden' },
        { object: objectOf(uri), times: always },
      ),
    disconnect: close,
    breakListings: () =>
      server.order({ kind: 'short', bytes: 2000 }, { operation: 'objects.list', times: always }),
    cutBody: (uri) => server.order({ kind: 'short', bytes: 1000 }, { object: objectOf(uri), times: always }),
    corruptBody: (uri) => server.order({ kind: 'swap' }, { object: objectOf(uri), times: always }),
    openConnections: () => server.active,
    dispose: close,
  };
}

async function objectStoreFixture(): Promise<ObjectStoreFixture> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const email = 'signer@test.iam.gserviceaccount.com';
  const signer = { email, publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
  const server = await startGcsServer({ buckets: ['bucket'], signer });
  const credentials = {
    client_email: email,
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
  const open = () => gsObjectStore({ bucket: 'bucket', clientConfig: { ...configOf(server), credentials } });
  return {
    objects: open(),
    capabilities: ['signed', 'signedWrites'],
    reopen: async () => open(),
    dispose: () => server.close(),
  };
}

testStorageHandler('gs', () => handlerFixture(false));
testStorageHandler('gs, versioned', () => handlerFixture(true));
testObjectStore('gs', objectStoreFixture);
