import { testStorageHandler } from '@cairn/conformance';
import { fooHandler } from '../src/index.js';
import { fakeFoo } from './fake-foo.js';

testStorageHandler('foo', () => {
  const { client, ...source } = fakeFoo();
  return {
    handler: fooHandler(client),
    capabilities: ['versioned'],
    prefix: (path) => `foo://${path}`,
    ...source,
  };
});
