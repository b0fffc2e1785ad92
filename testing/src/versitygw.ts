import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { goProgram } from './install.js';
import { s3Credentials } from './place.js';
import { type RunningServer, startServer } from './start-server.js';

/** VersityGW, an S3 server in Go that keeps objects as files. Built by Go, once. */
export async function startVersityGw(): Promise<RunningServer> {
  const program = goProgram('versitygw', 'github.com/versity/versitygw/cmd/versitygw', 'v1.7.0');
  return startServer((port, folder) => {
    const [objects, versions] = [join(folder, 'objects'), join(folder, 'versions')];
    for (const path of [objects, versions]) mkdirSync(path);
    const args = ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', '--versioning-dir', versions, objects];
    const { accessKeyId, secretAccessKey } = s3Credentials;
    const env = { ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey };
    return [{ command: program, args, env }];
  });
}
