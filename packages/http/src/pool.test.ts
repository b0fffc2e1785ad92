import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { someBytes, startServer } from '../test/rig.js';
import { createPool } from './pool.js';
import { settingsOf } from './settings.js';

test('a body that nobody reads holds no connection once all of it has come', async () => {
  const server = await startServer();
  // More than a stream buffers, so that the last bytes hold the socket back.
  server.put('/x', { bytes: someBytes.subarray(0, 70_000) });
  const pool = await createPool(settingsOf({ connections: 1 }), undefined);
  const ask = () => pool.request({ origin: server.origin, path: '/x', method: 'GET', headersTimeout: 2000 });
  for (let round = 0; round < 3; round++) {
    const { body } = await ask();
    while (server.unfinished > 0) await sleep(10);
    await sleep(50);
    await new Promise((resolve) =>
      body
        .on('error', () => undefined)
        .once('close', resolve)
        .destroy(),
    );
  }
  expect(await (await ask()).body.bytes()).toHaveLength(70_000);
  await pool.destroy();
});
