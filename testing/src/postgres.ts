import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDone } from './install.js';
import { freePort } from './start-server.js';

/** A PostgreSQL of one's own, which may be ended and started again as one likes. */
export interface RunningPostgres {
  /** With the password, of a user who may do everything. */
  readonly url: string;
  /** Ends it, and all that is under way, and starts it with what was committed. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one on a free port of 127.0.0.1. It ends with this process at the latest. */
export async function startPostgres(): Promise<RunningPostgres> {
  const bin = binFolder();
  const folder = mkdtempSync(join(tmpdir(), 'cairn-postgres-'));
  // It refuses to be root.
  const user: User = process.getuid?.() === 0 ? rightless() : {};
  const [data, passwordFile, password] = [join(folder, 'data'), join(folder, 'password'), newPassword()];
  writeFileSync(passwordFile, password);
  const { uid, gid } = user;
  if (uid !== undefined && gid !== undefined) {
    for (const path of [folder, passwordFile]) chownSync(path, uid, gid);
  }
  const init = ['-D', data, '-U', 'cairn', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'];
  const auth = ['--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  execFileSync(join(bin, 'initdb'), [...init, ...auth], { ...user, cwd: folder, stdio: 'pipe' });

  const port = await freePort();
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    max_connections: 300,
  };
  const args = [
    '-D',
    data,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  let child: ChildProcess;
  const start = async () => {
    child = spawn(join(bin, 'postgres'), args, { ...user, cwd: folder, stdio: 'ignore' });
    const asked = ['-q', '-h', '127.0.0.1', '-p', String(port)];
    for (let attempt = 0; attempt < 600 && child.exitCode === null; attempt++) {
      if (isDone(join(bin, 'pg_isready'), asked)) return;
      await sleep(100);
    }
    throw new Error('PostgreSQL did not start');
  };
  const end = async () => {
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    await ended;
  };
  const kill = () => child.kill('SIGQUIT');
  process.once('exit', kill);
  await start();
  return {
    url: `postgres://cairn:${password}@127.0.0.1:${port}/postgres`,
    async restart() {
      await end();
      await start();
    },
    async stop() {
      process.off('exit', kill);
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Where its programs are. Packages of Linux don't put them where others are. */
function binFolder(): string {
  const packaged = '/usr/lib/postgresql';
  const versions = existsSync(packaged) ? readdirSync(packaged).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(packaged, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ];
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')));
  if (found === undefined) throw new Error('PostgreSQL is not installed');
  return dirname(join(found, 'initdb'));
}

interface User {
  readonly uid?: number;
  readonly gid?: number;
}

function rightless(): User {
  const ask = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: ask('-u'), gid: ask('-g') };
}

function newPassword(): string {
  return randomBytes(16).toString('hex');
}
