import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GsPlace } from './place.js';

/** A server that runs, and how to end it. */
export interface RunningServer {
  readonly place: GsPlace;
  stop(): Promise<void>;
}

/** What to run: the program with its arguments and environment, on a port and with a folder that are its own. */
export type Launch = (
  port: number,
  folder: string,
) => {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
};

/** Starts a server on a free port of 127.0.0.1, and waits until it listens. It ends with this process at the latest. */
export async function startServer(launch: Launch): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-gs-'));
  const port = await freePort();
  const { command, args, env } = launch(port, folder);
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: 'ignore' });
  const end = () => void child.kill();
  process.once('exit', end);
  const exited = once(child, 'exit');
  const stop = async () => {
    process.off('exit', end);
    end();
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; attempt < 600 && child.exitCode === null; attempt++) {
    if (await isListening(port)) {
      return { place: { endpoint: `http://127.0.0.1:${port}` }, stop };
    }
    await sleep(50);
  }
  await stop();
  throw new Error(`${command} did not start`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isUp = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isUp;
}
