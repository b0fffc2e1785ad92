import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Metrics, Program, Sample } from './bench.js';

/** Runs a program as a process of its own and measures it. Rejects when it fails. */
export async function runProgram({ file, args = [] }: Program, ...more: readonly string[]): Promise<Sample> {
  const usage = new URL('usage.js', import.meta.url).href;
  const path = fileURLToPath(new URL(`programs/${file}.js`, import.meta.url));
  const argv = ['--import', usage, path, ...args, ...more];
  const start = performance.now();
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const [output, used, code] = await Promise.all([
    text(child.stdio[1] as Readable),
    text(child.stdio[3] as Readable),
    ended,
  ]);
  const wallMs = performance.now() - start;
  if (code !== 0) throw new Error(`${[file, ...args].join(' ')} ended with ${code}`);
  const { cpuMs, peakMB } = JSON.parse(used) as { cpuMs: number; peakMB: number };
  const last = output.trim().split('\n').at(-1);
  const metrics: Metrics = last === undefined || last === '' ? {} : JSON.parse(last);
  return { wallMs, cpuMs, peakMB, metrics };
}
