import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, run } from './install.js';
import { type RunningServer, startServer } from './start-server.js';

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
