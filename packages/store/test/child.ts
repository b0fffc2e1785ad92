import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface ChildResult {
  /** What it printed, a value for every line of JSON. A line that was cut off is left out. */
  readonly lines: readonly unknown[];
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ChildOptions {
  /** What starts the program instead of Node itself, such as `['strace', '-f']`. */
  readonly under?: readonly string[];
  /** After how many milliseconds to kill it, as by `kill -9`, counted from when it first prints something. Default: never. */
  readonly killAfterMs?: number;
  /** Kills it once this is so; asked again and again. */
  readonly killWhen?: () => boolean;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a program of `test/programs`, which uses the built package, in a process of its own. */
export function runProgram(
  name: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<ChildResult> {
  const { under = [], killAfterMs, killWhen, env } = options;
  const program = fileURLToPath(new URL(`programs/${name}.mjs`, import.meta.url));
  const [command = process.execPath, ...rest] = [...under, process.execPath, program, ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let timer: NodeJS.Timeout | undefined;
    const watch =
      killWhen === undefined ? undefined : setInterval(() => killWhen() && child.kill('SIGKILL'), 1);
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (killAfterMs !== undefined) timer ??= setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      clearInterval(watch);
      const lines = stdout
        .split('\n')
        .slice(0, -1)
        .map((line): unknown => JSON.parse(line));
      resolve({ lines, stderr, code, signal });
    });
  });
}
