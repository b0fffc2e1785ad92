import { startS3Server } from '@cairn/conformance/servers';
import { registerCases } from '@cairn/testing';
import { placeOf } from '../test/double.js';
import { unsealed } from '../test/gaps.js';
import { serverSuite } from '../test/server-contract.js';

// What the double can't do, the other tests can't find.
registerCases(serverSuite, 'the double', async () => {
  const server = await startS3Server();
  const deviations = [unsealed];
  return { place: placeOf(server), deviations, dispose: () => server.close() };
});
