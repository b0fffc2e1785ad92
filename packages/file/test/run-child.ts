import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface ChildOptions {
  /** What the shell sets before Node starts, such as `ulimit -n 40`. */
  readonly limits?: string;
  /** Gives up the rights of root, so that permissions count. */
  readonly asNobody?: boolean;
}

const nobody = 65534;

/** Runs a module in a process of its own, against the package as it was built, and gives what it logged as JSON. */
export async function runChild(script: string, args: string[], options: ChildOptions = {}): Promise<unknown> {
  const { limits, asNobody = false } = options;
  const node = ['--input-type=module', '-e', script, '--', ...args];
  const [file, argv] =
    limits === undefined
      ? [process.execPath, node]
      : ['/bin/sh', ['-c', `${limits} && exec "$0" "$@"`, process.execPath, ...node]];
  const { stdout } = await promisify(execFile)(file, argv, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    ...(asNobody && process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}),
  });
  return JSON.parse(stdout);
}
