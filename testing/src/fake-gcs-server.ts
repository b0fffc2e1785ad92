import { goProgram } from './install.js';
import { type RunningServer, startServer } from './start-server.js';

/** fake-gcs-server, a double of Cloud Storage in Go. Only its memory backend has generations. Built by Go, once. */
export async function startFakeGcsServer(): Promise<RunningServer> {
  const program = goProgram('fake-gcs-server', 'github.com/fsouza/fake-gcs-server', 'v1.55.1');
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
