import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readAll } from '@cairn/core';
import { Api } from '@cairn/sdk';
import { bikes } from '../commit-request.js';
import { startTeam } from '../team.js';

// Many clients log into one collection of a team, while its servers crash one after the other and PostgreSQL restarts.

/** What a process says of each version, and of what failed. */
export type Told = { readonly version: number; readonly content: string } | { readonly error: string };

const [processes, clientsEach, versionsEach, folder = ''] = process.argv.slice(2);
const total = Number(processes) * Number(clientsEach) * Number(versionsEach);
const servers = 4;
const team = await startTeam(servers);
const logged = new Map<string, number>();
const errors: string[] = [];
let restarts = 0;

const program = new URL('log-to-server.js', import.meta.url);
const children = Array.from({ length: Number(processes) }, (_, i) =>
  fork(program, [team.url, String(i), String(clientsEach), String(versionsEach)], {
    execArgv: [],
    env: { ...process.env, CAIRN_API_KEY: team.key, CAIRN_CACHE_DIR: join(folder, `cache-${i}`) },
  }),
);
await Promise.all(children.map((child) => once(child, 'message'))); // all are ready
const begun = performance.now();
const over = new AbortController();
const crashing = crashOneByOne();
await Promise.all(children.map(logAll));
over.abort();
const elapsed = performance.now() - begun;
const crashes = await crashing;

const stored: number[] = [];
for await (const { version } of team.store.catalog.listVersions(bikes)) stored.push(version);
const numbers = new Set(stored);
const report = {
  versions: stored.length,
  gaps: Math.max(...stored) + 1 - numbers.size,
  duplicates: stored.length - numbers.size + logged.size - new Set(logged.values()).size,
  errors: errors.length,
  unacknowledged: total - logged.size,
  wrong: await countWrong(),
  problems: (await team.store.verify()).problemCount,
  crashes,
  restarts,
  elapsed,
};
for (const error of new Set(errors)) console.error(error);
await team.stop();
console.log(JSON.stringify(report));

async function logAll(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.on('message', (told: Told) => {
    if ('error' in told) errors.push(told.error);
    else logged.set(told.content, told.version);
    if (restarts === 0 && logged.size >= total / 2) {
      restarts++;
      void team.restartPostgres();
    }
  });
  child.send('go');
  await ended;
}

async function crashOneByOne(): Promise<number> {
  for (let count = 0; ; count++) {
    await sleep(5000, undefined, { signal: over.signal }).catch(() => undefined);
    if (over.signal.aborted) return count;
    await team.crash(count % servers);
  }
}

/** How many versions have other contents than whoever logged them was told. */
async function countWrong(): Promise<number> {
  const { entity, project, name } = bikes;
  const api = new Api({ store: team.url, apiKey: team.key, entity, project });
  let count = 0;
  const all = [...logged];
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let next = all.pop(); next !== undefined; next = all.pop()) {
        const [content, version] = next;
        const entry = await (await api.artifact(`${name}:v${version}`)).getPath('data.bin');
        if (new TextDecoder().decode(await readAll(entry.open())) !== content) count++;
      }
    }),
  );
  return count;
}
