import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from './peer.js';
import { parseUsage, type Usage, usageFormat } from './usage.js';

export interface RunOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** In seconds; what takes longer is stopped with all its processes. */
  readonly limit: number;
}

/** What it used and printed, or why there is no such thing. */
export type Outcome =
  | { readonly kind: 'done'; readonly usage: Usage; readonly output: string }
  | { readonly kind: 'stopped'; readonly after: number }
  | { readonly kind: 'failed'; readonly why: string };

/** Runs a command below GNU time, which sees what all processes used that were waited for. */
export async function runCommand(command: Command, { cwd, env, limit }: RunOptions): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-usage-'));
  try {
    const argv = ['--output', join(folder, 'usage'), '--format', usageFormat, ...command];
    // A process group of its own, so that all of it can be stopped. Its output goes to files: a pipe would stay open for as
    // long as any process that it left behind.
    const out = openSync(join(folder, 'out'), 'w');
    const err = openSync(join(folder, 'err'), 'w');
    const child = spawn('time', argv, { cwd, env, detached: true, stdio: ['ignore', out, err] });
    closeSync(out);
    closeSync(err);
    const stop = () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL');
    process.prependOnceListener('exit', stop); // before the files are deleted that it may be writing
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      stop();
    }, limit * 1000);
    const code = await new Promise<number | string | null>((resolve) => {
      child.on('error', (error) => resolve(error.message));
      child.on('exit', resolve);
    });
    clearTimeout(timer);
    process.off('exit', stop);
    if (isLate) return { kind: 'stopped', after: limit };
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    if (code === 0) return { kind: 'done', usage: parseUsage(read('usage')), output: read('out') };
    return {
      kind: 'failed',
      why: withoutFolders(`${command.join(' ')} ended with ${code}: ${read('err').trim().slice(-500)}`),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Results are kept: where things are on this machine is of no interest then. */
function withoutFolders(text: string): string {
  return text.replaceAll(/(?<=^|[\s(])(?:file:\/\/)?\/(?:[^\s/]+\/)+/g, '');
}
