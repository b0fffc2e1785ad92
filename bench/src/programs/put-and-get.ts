import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

// Logs a folder to an empty store and fetches it, each by a process of its own: `put-and-get cli|sdk <data> <folder>`.
const [way = '', data = '', folder = ''] = process.argv.slice(2);
const place = join(folder, `${way}-${process.pid}`);
const [source, store, files] = [join(folder, data), join(place, 'store'), join(place, 'files')];
const cairn = join(dirname(createRequire(import.meta.url).resolve('@cairn/cli/package.json')), 'dist/bin.js');
const sdk = fileURLToPath(new URL('use-cairn.js', import.meta.url));
const usage = new URL('../usage.js', import.meta.url).href;

const put = await (way === 'cli'
  ? run(cairn, 'put', source, '-n', 'data', '-q')
  : run(sdk, 'add', store, source));
const get = await (way === 'cli'
  ? run(cairn, 'get', 'data', files, '-q')
  : run(sdk, 'restore', store, files));
rmSync(place, { recursive: true, force: true });
console.log(
  JSON.stringify({ putCpu: put.cpuMs, putPeak: put.peakMB, getCpu: get.cpuMs, getPeak: get.peakMB }),
);

async function run(program: string, ...args: readonly string[]): Promise<{ cpuMs: number; peakMB: number }> {
  const child = spawn(process.execPath, ['--import', usage, program, ...args], {
    env: {
      ...process.env,
      CAIRN_STORE: store,
      CAIRN_PROJECT: 'default',
      CAIRN_CONFIG_DIR: place,
      CAIRN_CACHE_DIR: join(place, 'cache'),
    },
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const used = await text(child.stdio[3] as Readable);
  if ((await ended) !== 0) throw new Error(`${args.join(' ')} failed`);
  return JSON.parse(used);
}
