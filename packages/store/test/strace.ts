import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChildResult, runProgram } from './child.js';

/** The system calls by which a program changes files. */
const calls = [
  'openat',
  'mkdir',
  'pwrite64',
  'ftruncate',
  'fsync',
  'fdatasync',
  'link',
  'rename',
  'unlink',
] as const;

/** One system call of a program: the n-th of its kind, from 1. */
export interface Point {
  readonly call: (typeof calls)[number];
  readonly nth: number;
  /** The call as strace shows it. */
  readonly shown: string;
}

/** Why programs can't be traced here, or `undefined` if they can. */
export function whyNoStrace(): string | undefined {
  if (process.platform !== 'linux') return 'strace is for Linux';
  const { status, error } = spawnSync('strace', [
    '-qq',
    '-e',
    'trace=none',
    '-e',
    'inject=sync:signal=SIGKILL:when=1',
    'true',
  ]);
  return error !== undefined || status !== 0 ? "strace is not installed, or isn't permitted" : undefined;
}

/** Runs a program and returns all calls by which its main thread changed something under a folder, in order. */
export async function tracePoints(folder: string, name: string, args: readonly string[]): Promise<Point[]> {
  const temp = mkdtempSync(join(tmpdir(), 'cairn-strace-'));
  try {
    const output = join(temp, 'trace');
    const under = [
      'strace',
      '-qq',
      '-y',
      '-s',
      '0',
      '-e',
      'signal=none',
      '-e',
      `trace=${calls.join()}`,
      '-o',
      output,
    ];
    const { code, stderr } = await runTraced(name, args, under);
    if (code !== 0) throw new Error(`the traced program failed: ${stderr}`);
    return parseTrace(readFileSync(output, 'utf8'), folder);
  } finally {
    rmSync(temp, { recursive: true });
  }
}

/** Runs a program and does something to it when it comes to a point, such as `signal=SIGKILL` or `error=EIO`. */
export function runInjected(
  { call, nth }: Point,
  effect: string,
  name: string,
  args: readonly string[],
): Promise<ChildResult> {
  const inject = `inject=${call}:${effect}:when=${nth}`;
  return runTraced(name, args, ['strace', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject]);
}

/** Only the main thread is traced, so it makes all the calls. */
function runTraced(name: string, args: readonly string[], under: readonly string[]): Promise<ChildResult> {
  return runProgram(name, args, { under, env: { CAIRN_TEST_FS: 'sync' } });
}

function parseTrace(trace: string, folder: string): Point[] {
  const seen = new Map<string, number>();
  const points: Point[] = [];
  for (const shown of trace.split('\n')) {
    const call = calls.find((name) => shown.startsWith(`${name}(`));
    if (call === undefined) continue;
    const nth = (seen.get(call) ?? 0) + 1;
    seen.set(call, nth);
    const isRead = call === 'openat' && !shown.includes('O_CREAT');
    if (shown.includes(folder) && !isRead) points.push({ call, nth, shown: shown.replaceAll(folder, '') });
  }
  return points;
}
