import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Api, Artifact, withRun } from '@cairn/sdk';
import { openStore } from '@cairn/store';
import * as driver from '@photostructure/sqlite';

// Logs a folder to an empty store, again, and fetches it twice: to a folder's store, or over loopback to a server's.
const [where = '', data = '', folder = ''] = process.argv.slice(2);
const place = join(folder, `${where}-${process.pid}`);
mkdirSync(place);
process.env.CAIRN_CACHE_DIR = join(place, 'cache');

const server = where === 'server' ? await startServer() : undefined;
const options = { store: server?.url ?? join(place, 'store'), ...(server && { apiKey: server.key }) };
const api = new Api(options);
const metrics: Record<string, number> = {};
await measure('log', log);
await measure('again', log);
await measure('fetch', fetchFiles);
await measure('warm', fetchFiles);
metrics.serverPeakMB = server?.peakMB() ?? 0;
await server?.stop();
rmSync(place, { recursive: true, force: true });
console.log(JSON.stringify(metrics));
process.exit(0);

async function log(): Promise<void> {
  await withRun(options, async (run) => {
    const artifact = new Artifact('data', { type: 'dataset' });
    await artifact.addDir(join(folder, data));
    await run.logArtifact(artifact);
  });
}

async function fetchFiles(): Promise<void> {
  await (await api.artifact('data:latest')).download({ root: join(place, 'files') });
}

/** The processor time of both sides, in seconds, and how many requests it took, heartbeats left out. */
async function measure(name: string, work: () => Promise<void>): Promise<void> {
  const before = await usage();
  await work();
  const after = await usage();
  metrics[`${name}Cpu`] = after.cpu - before.cpu;
  metrics[`${name}Requests`] = after.requests - before.requests;
}

async function usage(): Promise<{ cpu: number; requests: number }> {
  const { user, system } = process.cpuUsage();
  const own = (user + system) / 1e6;
  if (server === undefined) return { cpu: own, requests: 0 };
  const answer = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${server.key}` } });
  const text = await answer.text();
  const [, cpu] = /^process_cpu_seconds (\S+)$/m.exec(text) ?? [];
  let requests = 0;
  for (const [, labels = '', count] of text.matchAll(
    /^cairn_http_request_duration_seconds_count\{(.*)\} (\S+)$/gm,
  )) {
    if (!/route="(?:heartbeat|metrics)"/.test(labels)) requests += Number(count);
  }
  return { cpu: own + Number(cpu), requests };
}

/** The server as a process of its own, over an empty store. */
async function startServer() {
  const store = await openStore(join(place, 'store'), { driver });
  const { token } = await store.access.createBootstrapToken();
  const { secret } = await store.access.redeemBootstrapToken(token, { user: 'bench' });
  await store.close();
  const program = fileURLToPath(new URL('serve-store.js', import.meta.url));
  const child = spawn(process.execPath, [program, place], { stdio: ['pipe', 'ignore', 'pipe'] });
  const [line] = (await once(child.stderr as NonNullable<typeof child.stderr>, 'data')) as [Buffer];
  const ended = once(child, 'close');
  return {
    url: line.toString().trim(),
    key: secret,
    peakMB(): number {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return (Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024) / 1e6;
    },
    async stop() {
      child.stdin?.end();
      await ended;
    },
  };
}
