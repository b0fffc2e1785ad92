import { fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Api, Artifact, withRun } from '@cairn/sdk';
import { openStore } from '@cairn/store';
import * as driver from '@photostructure/sqlite';
import { median } from '../median.js';

// How long one client takes to log and fetch, alone and beside many that are slow; in turn, because machines have moods.
const [slow, rounds, folder = ''] = process.argv.slice(2);
process.env.CAIRN_CACHE_DIR = join(folder, `cache-${process.pid}`);
const key = await makeKey();
const program = (name: string) => fileURLToPath(new URL(`${name}.js`, import.meta.url));
const log = openSync(join(folder, `log-${process.pid}`), 'w');
const server = spawn(process.execPath, [program('serve-store'), folder], { stdio: ['pipe', log, 'pipe'] });
const [line] = (await once(server.stderr as NonNullable<typeof server.stderr>, 'data')) as [Buffer];
const url = line.toString().trim();
const options = { store: url, apiKey: key };

const large = await logVersion(randomBytes(32_000_000));
const { digest } = await large.getPath('data.bin');
const place = '/api/v1/projects/local/default';
const head = (what: string, more = '') =>
  `${what} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\n${more}\r\n`;
const readHead = head(`GET ${place}/blobs/${digest}`);
const writeHead = head(
  `POST ${place}/packs`,
  'Content-Type: application/vnd.cairn.pack\r\nCairn-Algorithm: blake3\r\nContent-Length: 40000000\r\n',
);

await measure(); // until its code is compiled
const [alone, beside]: [number[], number[]] = [[], []];
let broken = 0;
let inProgress = Number.POSITIVE_INFINITY;
for (let round = 0; round < Number(rounds); round++) {
  alone.push(await measure());
  const others = fork(program('be-slow'), [new URL(url).port, String(slow), readHead, writeHead], {
    execArgv: [],
  });
  await once(others, 'message');
  while ((await requestsInProgress()) < Number(slow)) await sleep(100);
  beside.push(await measure());
  inProgress = Math.min(inProgress, await requestsInProgress());
  others.send('stop');
  const [count] = (await once(others, 'message')) as [number];
  broken += count;
  await once(others, 'exit');
  while ((await requestsInProgress()) > 1) await sleep(100);
}
server.stdin?.end();
await once(server, 'close');
const [aloneMs, besideMs] = [median(alone), median(beside)];
console.log(JSON.stringify({ aloneMs, besideMs, ratio: besideMs / aloneMs, broken, inProgress }));
process.exit(0);

/** How long ten versions take up and down, in milliseconds. */
async function measure(): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < 10; i++) {
    const version = await logVersion(randomBytes(1_000_000));
    await version.download({ root: join(folder, `out-${process.pid}`) });
  }
  return performance.now() - start;
}

function logVersion(content: Uint8Array) {
  return withRun(options, async (run) => {
    const artifact = new Artifact('data');
    await artifact.newFile('data.bin', content);
    const { version } = await run.logArtifact(artifact);
    return new Api(options).artifact(`data:${version}`);
  });
}

async function requestsInProgress(): Promise<number> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  return Number(/^cairn_requests_in_progress (\d+)$/m.exec(await answer.text())?.[1]);
}

async function makeKey(): Promise<string> {
  const store = await openStore(join(folder, 'store'), { driver });
  const { token } = await store.access.createBootstrapToken();
  const { secret } = await store.access.redeemBootstrapToken(token, { user: `bench-${process.pid}` });
  await store.close();
  return secret;
}
