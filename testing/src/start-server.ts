import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server that runs, and how to end it. */
export interface RunningServer {
  /** Such as `http://127.0.0.1:34567`. */
  readonly endpoint: string;
  /** Its own folder, which ends with it. */
  readonly folder: string;
  stop(): Promise<void>;
}

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Where it listens. Default: on the server's port. */
  readonly port?: number;
  /** What ends it. Default: `SIGKILL`: it keeps nothing that is needed again, and some take long to say goodbye. */
  readonly end?: NodeJS.Signals;
}

/** The programs to run, for a server on this port, with a folder of its own. */
export type Launch = (port: number, folder: string) => readonly Program[] | Promise<readonly Program[]>;

/** Starts a server on a free port of 127.0.0.1, and waits until all of it listens. It ends with this process at the latest. */
export async function startServer(launch: Launch): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-server-'));
  chmodSync(folder, 0o755); // some drop root's rights
  const port = await freePort();
  const programs = await launch(port, folder);
  const children = programs.map(({ command, args, env, end = 'SIGKILL' }) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: 'ignore' });
    return { child, end, exited: once(child, 'exit') };
  });
  const end = () => {
    for (const { child, end } of children) child.kill(end);
  };
  process.once('exit', end);
  const stop = async () => {
    process.off('exit', end);
    end();
    await Promise.all(children.map(({ exited }) => exited));
    rmSync(folder, { recursive: true, force: true });
  };
  const ports = new Set(programs.map((program) => program.port ?? port));
  for (let attempt = 0; attempt < 1200 && children.every(({ child }) => child.exitCode === null); attempt++) {
    for (const port of ports) if (await isListening(port)) ports.delete(port);
    if (ports.size === 0) return { endpoint: `http://127.0.0.1:${port}`, folder, stop };
    await sleep(50);
  }
  await stop();
  throw new Error(`${programs.map(({ command }) => command).join(', ')} did not start`);
}

export async function freePort(): Promise<number> {
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
