import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDone } from './install.js';
import { type RunningServer, startServer } from './start-server.js';

export interface Nginx extends Omit<RunningServer, 'folder'> {
  /** The folder that it serves. */
  readonly root: string;
}

/**
 * An nginx with the configuration beside this file: the one that CAIRN_TEST_NGINX_URL and CAIRN_TEST_NGINX_ROOT name, or one
 * that is started here. `undefined` when there is none.
 */
export async function startNginx(): Promise<Nginx | undefined> {
  const { CAIRN_TEST_NGINX_URL: endpoint, CAIRN_TEST_NGINX_ROOT: root } = process.env;
  if (endpoint !== undefined && root !== undefined) return { endpoint, root, stop: async () => undefined };
  if (!isDone('nginx', ['-v'])) return undefined;
  const { folder, ...running } = await startServer((port, folder) => {
    mkdirSync(join(folder, 'www'));
    copyFileSync(fileURLToPath(new URL('nginx.conf', import.meta.url)), join(folder, 'nginx.conf'));
    writeFileSync(join(folder, 'listen.conf'), `listen 127.0.0.1:${port};\n`);
    // It has a worker to end, too.
    const args = ['-p', folder, '-c', 'nginx.conf', '-g', 'daemon off;'];
    return [{ command: 'nginx', args, end: 'SIGTERM' }];
  });
  return { ...running, root: join(folder, 'www') };
}
