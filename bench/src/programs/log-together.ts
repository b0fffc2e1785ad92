import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { openStore } from '@cairn/store';
import { bikes } from '../commit-request.js';

/** What one process reports. */
export interface Logged {
  readonly versions: readonly number[];
  readonly errors: readonly string[];
}

const [mode = '', processes, versionsEach = '', folder = ''] = process.argv.slice(2);
const location = join(folder, `${mode}-${process.pid}`);
const store = await openStore(location);
const program = new URL('log-versions.js', import.meta.url);
const children = Array.from({ length: Number(processes) }, (_, i) =>
  fork(program, [location, mode === 'same' ? 'all' : String(i), versionsEach], { execArgv: [] }),
);
await Promise.all(children.map((child) => once(child, 'message'))); // all are ready
const start = performance.now();
const logged = await Promise.all(children.map(logAll));
const elapsed = performance.now() - start;

async function logAll(child: ChildProcess): Promise<Logged> {
  child.send('go');
  const [message] = (await once(child, 'message')) as [Logged];
  return message;
}

const stored: number[] = [];
for await (const { version } of store.catalog.listVersions(bikes)) stored.push(version);
await store.close();
const numbers = new Set(stored);
const highest = Math.max(...stored);
const answered = logged.flatMap(({ versions }) => versions);
const errors = logged.flatMap(({ errors }) => errors);
for (const error of new Set(errors)) console.error(error);
console.log(
  JSON.stringify({
    versions: stored.length,
    gaps: highest + 1 - numbers.size,
    // Of different contents, each call must have had a number of its own.
    duplicates:
      stored.length - numbers.size + (mode === 'different' ? answered.length - new Set(answered).size : 0),
    errors: errors.length + answered.filter((version) => !numbers.has(version)).length,
    elapsed,
  }),
);
