import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, run } from './install.js';
import { type RunningServer, startServer } from './start-server.js';

const version = 'v1.55.1';

/** fake-gcs-server, a double of Cloud Storage in Go. Only its memory backend has generations. Built by Go, once. */
export async function startFakeGcsServer(): Promise<RunningServer> {
  const bin = join(cacheFolder(), `fake-gcs-server-${version}`);
  const program = join(bin, 'fake-gcs-server');
  if (!existsSync(program)) {
    run('go', ['install', `github.com/fsouza/fake-gcs-server@${version}`], { GOBIN: bin });
  }
  return startServer((port) => [
    {
      command: program,
      args: [
        ...['-backend', 'memory', '-scheme', 'http', '-host', '127.0.0.1', '-port', String(port)],
        // Where it sends resumable uploads to.
        ...['-external-url', `http://127.0.0.1:${port}`, '-public-host', `127.0.0.1:${port}`],
        ...['-log-level', 'error'],
      ],
    },
  ]);
}
