import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

// The command line as a process of its own: `run-cairn <argument…> <folder>`, with the store in that folder.
const args = process.argv.slice(2, -1);
const folder = process.argv.at(-1) ?? '';
const program = join(
  dirname(createRequire(import.meta.url).resolve('@cairn/cli/package.json')),
  'dist/bin.js',
);
const usage = new URL('../usage.js', import.meta.url).href;
const child = spawn(process.execPath, ['--import', usage, program, ...args], {
  env: { ...process.env, CAIRN_STORE: join(folder, 'store'), CAIRN_CONFIG_DIR: join(folder, 'config') },
  stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
});
const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
const [output, used] = await Promise.all([text(child.stdout as Readable), text(child.stdio[3] as Readable)]);
if ((await ended) !== 0) throw new Error(`cairn ${args.join(' ')} failed`);
const { cpuMs, peakMB } = JSON.parse(used);
console.log(JSON.stringify({ cpu: cpuMs, peak: peakMB, lines: output.split('\n').length - 1 }));
