import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerGaps } from './gaps.js';
import { cacheFolder, run } from './install.js';
import { type RunningServer, startServer } from './start.js';

const version = '5.2.5';

/** moto, a double of AWS in Python. Installed by pip into an environment of its own, once. */
export async function startMoto(): Promise<RunningServer> {
  const environment = join(cacheFolder(), `moto-${version}`);
  const program = join(environment, 'bin', 'moto_server');
  if (!existsSync(program)) {
    run('python3', ['-m', 'venv', environment]);
    run(join(environment, 'bin', 'pip'), ['install', '--quiet', `moto[server]==${version}`]);
  }
  return startServer((port) => [{ command: program, args: ['-H', '127.0.0.1', '-p', String(port)] }]);
}

export const motoGaps: ServerGaps = {
  server: [
    { case: 'refuses wrong credentials', reason: 'it checks no signatures' },
    { case: 'keeps keys with control characters', reason: 'it answers with a page of HTML' },
  ],
  store: [],
  byChance: [],
};
