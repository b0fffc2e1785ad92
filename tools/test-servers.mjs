// Runs the suites that talk to real servers, and starts the servers: a missing one is a failure here, while `npm test`
// leaves out what it can't reach. More arguments go to vitest.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const env = { ...process.env, CAIRN_REQUIRE_SERVERS: '1' };
// They wait more than they compute.
const args = ['run', 'servers.test', '--maxWorkers=100%', ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, [vitest, ...args], {
  cwd: root,
  env,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
