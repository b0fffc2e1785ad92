import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface Nginx {
  readonly origin: string;
  /** The folder that it serves. */
  readonly root: string;
  stop(): Promise<void>;
}

/**
 * An nginx with the configuration beside this file: the one that CAIRN_TEST_NGINX_URL and CAIRN_TEST_NGINX_ROOT name, or one
 * that is started here. `undefined` when there is none.
 */
export async function startNginx(): Promise<Nginx | undefined> {
  const { CAIRN_TEST_NGINX_URL: origin, CAIRN_TEST_NGINX_ROOT: root } = process.env;
  if (origin !== undefined && root !== undefined) return { origin, root, stop: async () => undefined };
  if (!isInstalled()) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'cairn-nginx-'));
  const www = join(folder, 'www');
  mkdirSync(www);
  chmodSync(folder, 0o755); // its worker is another user when it is started by root
  const port = await freePort();
  copyFileSync(fileURLToPath(new URL('nginx.conf', import.meta.url)), join(folder, 'nginx.conf'));
  writeFileSync(join(folder, 'listen.conf'), `listen 127.0.0.1:${port};\n`);
  const child = spawn('nginx', ['-p', folder, '-c', 'nginx.conf', '-g', 'daemon off;'], { stdio: 'inherit' });
  await listening(port, child);
  return {
    origin: `http://127.0.0.1:${port}`,
    root: www,
    async stop() {
      const gone = once(child, 'exit');
      child.kill();
      await gone;
      rmSync(folder, { recursive: true });
    },
  };
}

function isInstalled(): boolean {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt++) {
    const socket = connect(port, '127.0.0.1');
    const isUp = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isUp) return;
    await sleep(25);
  }
  throw new Error('nginx did not start');
}
