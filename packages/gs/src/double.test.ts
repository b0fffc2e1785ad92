import { startGcsServer } from '@cairn/conformance/servers';
import { registerCases } from '@cairn/testing';
import { serverSuite } from '../test/server-contract.js';

// What the double can't do, the other tests can't find.
registerCases(serverSuite, 'the double', async () => {
  const server = await startGcsServer();
  return { place: { endpoint: server.endpoint }, dispose: () => server.close() };
});
