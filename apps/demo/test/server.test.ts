import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createServer, listen, silentLogger } from '@cairn/server';
import { openStore } from '@cairn/store';
import { expect, onTestFinished, test } from 'vitest';

const demo = fileURLToPath(new URL('../dist/demo.js', import.meta.url));

test('the pipeline runs against a server, with nothing changed but where the store is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-demo-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const store = await openStore(join(folder, 'store'));
  onTestFinished(() => store.close());
  const { token } = await store.access.createBootstrapToken();
  const { secret } = await store.access.redeemBootstrapToken(token, { user: 'demo' });
  const listening = await listen(createServer({ store, logger: silentLogger }), { port: 0 });
  onTestFinished(() => listening.close());

  const env = {
    PATH: process.env.PATH,
    CAIRN_STORE: listening.url,
    CAIRN_API_KEY: secret,
    CAIRN_CACHE_DIR: join(folder, 'cache'),
    XDG_DATA_HOME: join(folder, 'data'),
  };
  const run = async () => (await promisify(execFile)(process.execPath, [demo], { cwd: folder, env })).stdout;
  const [first, second] = [await run(), await run()];
  expect(first).toMatch(/best is v\d, right on 0\.\d+ of the days held back/);
  expect(first).toContain('seattle-weather.csv');
  expect(first).toContain(`The history is at ${listening.url}.`);
  expect(second.match(/no change/g)?.length).toBe(first.match(/ new, /g)?.length);

  const names = [];
  for await (const { project, name } of store.catalog.listCollections({})) names.push(`${project}/${name}`);
  expect(names).toEqual(
    ['seattle-weather', 'weather-model', 'weather-result', 'weather-split'].map((name) => `weather/${name}`),
  );
});
