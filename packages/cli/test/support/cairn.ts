import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';

/** The program as it is published; build it first. */
export const program: string = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));

export interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Called with the process as soon as its stderr holds this text. */
  readonly onTalk?: { readonly text: string; readonly act: (pid: number) => void };
}

/** A folder of its own, without settings of the machine's user, in which the command line is run. */
export interface Place {
  readonly folder: string;
  join(path: string): string;
  write(files: Readonly<Record<string, string>>): void;
  readonly env: Readonly<Record<string, string>>;
  /** Runs `cairn` in pipes. */
  cairn(args: readonly string[], options?: RunOptions): Promise<Result>;
  /** Runs a line of bash in which `cairn` is the program. */
  bash(line: string): Promise<Result>;
}

/** For all tests of a file. */
export function testPlace(): Place {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'cairn-cli-')));
  const env = {
    PATH: `${folder}/bin:${process.env.PATH}`,
    HOME: join(folder, 'home'),
    CAIRN_CONFIG_DIR: join(folder, 'config'),
    // A script says where to log.
    CAIRN_PROJECT: 'default',
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
  };
  const place: Place = {
    folder,
    join: (path) => join(folder, path),
    write(files) {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), content);
      }
    },
    env,
    cairn: (args, options) => runProcess([process.execPath, program, ...args], place, options),
    bash: (line) => runProcess(['bash', '-c', line], place),
  };
  beforeAll(() => {
    place.write({ 'bin/cairn': `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n` });
    return runProcess(['chmod', '+x', join(folder, 'bin/cairn')], place).then(() => undefined);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return place;
}

async function runProcess(
  [file = '', ...args]: readonly string[],
  { folder, env }: Place,
  { env: more = {}, input, onTalk }: RunOptions = {},
): Promise<Result> {
  const child = spawn(file, args, { cwd: folder, env: { ...env, ...more } });
  if (onTalk !== undefined) {
    let heard = '';
    let isCalled = false;
    child.stderr.on('data', (data) => {
      heard += data;
      if (isCalled || !heard.includes(onTalk.text)) return;
      isCalled = true;
      onTalk.act(child.pid as number);
    });
  }
  // Who doesn't read its input closes it.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const code = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout, stderr, code: await code };
}
