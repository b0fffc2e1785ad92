import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openStore } from '@cairn/store';
import * as driver from '@photostructure/sqlite';
import { type Asked, ask } from '../ask.js';
import { median, percentile } from '../median.js';

const [connections, rate, folder = ''] = process.argv.slice(2);
const key = await makeKey();
const log = openSync(join(folder, `log-${process.pid}`), 'w');

const starts: number[] = [];
for (let i = 0; i < 5; i++) {
  const { took, stop } = await start();
  starts.push(took);
  await stop();
}

const { url, stop } = await start();
const idleMB = await memoryOf(url);
const path = '/api/v1/projects/local/bench/collections/bikes/version?alias=best-';
const asked: Asked = {
  port: Number(new URL(url).port),
  connections: Number(connections),
  request: (i) =>
    `GET ${path}${(i % 10) * 1000} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\n\r\n`,
};
await ask({ ...asked, seconds: 2 }); // until its code is compiled
const full = await ask({ ...asked, seconds: 8 });
const half = await ask({ ...asked, seconds: 8, perSecond: Number(rate) / 2 });
await stop();
closeSync(log);

console.log(
  JSON.stringify({
    perSecond: full.times.length / full.seconds,
    p50: median(full.times),
    p99: percentile(half.times, 0.99),
    half: half.times.length / half.seconds,
    coldStart: median(starts),
    idleMB,
  }),
);

async function makeKey(): Promise<string> {
  const store = await openStore(join(folder, 'store'), { driver });
  const { token } = await store.access.createBootstrapToken();
  const { secret } = await store.access.redeemBootstrapToken(token, { user: `bench-${process.pid}` });
  await store.close();
  return secret;
}

/** A server as a process of its own, once it has answered; its log goes to a file. */
async function start() {
  const began = performance.now();
  const program = fileURLToPath(new URL('serve-store.js', import.meta.url));
  const child = spawn(process.execPath, [program, folder], { stdio: ['pipe', log, 'pipe'] });
  const [line] = (await once(child.stderr as NonNullable<typeof child.stderr>, 'data')) as [Buffer];
  const address = line.toString().trim();
  const answer = await fetch(`${address}/readyz`);
  if (!answer.ok) throw new Error(`it is not ready: ${answer.status}`);
  const took = performance.now() - began;
  const ended = once(child, 'close');
  return {
    url: address,
    took,
    async stop() {
      child.stdin?.end();
      await ended;
    },
  };
}

async function memoryOf(address: string): Promise<number> {
  await sleep(2000);
  const answer = await fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  const [, bytes] = /^process_resident_memory_bytes (\S+)$/m.exec(await answer.text()) ?? [];
  return Number(bytes) / 1e6;
}
