import { type ObjectStoreFixture, testObjectStore } from '@cairn/conformance';
import { startS3Server } from '@cairn/conformance/servers';
import { placeOf } from '../test/double.js';
import { s3ObjectStore } from './index.js';

async function objectStoreFixture(prefix: string | undefined): Promise<ObjectStoreFixture> {
  const server = await startS3Server({ buckets: ['bucket'] });
  const open = () => s3ObjectStore({ bucket: 'bucket', prefix, clientConfig: placeOf(server) });
  return { objects: open(), reopen: async () => open(), dispose: () => server.close() };
}

testObjectStore('s3', () => objectStoreFixture(undefined));
