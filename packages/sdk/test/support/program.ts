import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const sdk = new URL('../../dist/index.js', import.meta.url).href;

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a program in a folder that imports the built sdk, with `sdk` for what it exports. */
export function start(
  folder: string,
  source: string,
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; outcome: Promise<Outcome> } {
  const path = join(folder, 'program.mjs');
  writeFileSync(path, `import * as sdk from '${sdk}';\n${source}`);
  const child = spawn(process.execPath, [path], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = [child.stdout, child.stderr].map(async (stream) => {
    let text = '';
    for await (const chunk of stream) text += chunk;
    return text;
  });
  const outcome = once(child, 'close').then(async ([code]) => ({
    code,
    stdout: (await stdout) ?? '',
    stderr: (await stderr) ?? '',
  }));
  return { child, outcome };
}

export function run(folder: string, source: string, env?: NodeJS.ProcessEnv): Promise<Outcome> {
  return start(folder, source, env).outcome;
}
