import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the servers are built and kept for the next run: outside of the repository. */
export function cacheFolder(): string {
  const { CAIRN_SERVERS_CACHE, XDG_CACHE_HOME = join(homedir(), '.cache') } = process.env;
  return CAIRN_SERVERS_CACHE ?? join(XDG_CACHE_HOME, 'cairn-test-servers');
}

/** Runs a command to its end; its output is shown only in the error when it fails. */
export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  execFileSync(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The path of a program in Go, which is built when it is not there yet. */
export function goProgram(name: string, module: string, version: string): string {
  const bin = join(cacheFolder(), `${name}-${version}`);
  const program = join(bin, name);
  if (!existsSync(program)) run('go', ['install', `${module}@${version}`], { GOBIN: bin });
  return program;
}

/** Whether a program is there, and answers that all is well. */
export function isDone(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
