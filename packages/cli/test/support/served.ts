import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type Place, program } from './cairn.js';

/** A server that was started by the command line. */
export interface Served {
  readonly url: string;
  readonly setupUrl: string | null;
  readonly process: ChildProcess;
  /** Stops it in order. @returns How it ended. */
  stop(): Promise<number | null>;
}

/** Runs `cairn serve` until it says where. */
export async function serve({ folder, env }: Place, args: readonly string[]): Promise<Served> {
  const all = [program, 'serve', '--port', '0', '--json=url,setupUrl', '-q', ...args];
  const child = spawn(process.execPath, all, {
    cwd: folder,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  let json = '';
  for await (const line of createInterface({ input: child.stdout })) {
    json += line;
    if (line === '}') break;
  }
  const { url, setupUrl } = JSON.parse(json);
  return {
    ...{ url, setupUrl, process: child },
    async stop() {
      child.kill('SIGTERM');
      const [code] = await ended;
      return code;
    },
  };
}
