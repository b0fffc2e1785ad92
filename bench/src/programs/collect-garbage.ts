import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '@cairn/store';

// Collects all garbage while others write.
const [writers, folder = ''] = process.argv.slice(2);
const location = join(folder, `store-${process.pid}`);
cpSync(join(folder, 'store'), location, { recursive: true, preserveTimestamps: true });
const program = new URL('write-along.js', import.meta.url);
const children = Array.from({ length: Number(writers) }, (_, i) =>
  fork(program, [location, String(i)], { execArgv: [] }),
);
await Promise.all(children.map((child) => once(child, 'message'))); // all are ready
const store = await openStore(location);
const start = performance.now();
const { objects, freedBytes } = await store.gc({ graceMs: 0 });
const elapsed = performance.now() - start;
const written = await Promise.all(children.map(stop));
const { ok } = await store.verify();
await store.close();

async function stop(child: ChildProcess): Promise<number> {
  child.send('stop');
  const [{ count }] = (await once(child, 'message')) as [{ count: number }];
  return count;
}

console.log(
  JSON.stringify({
    elapsed,
    removed: objects.count,
    freedBytes,
    written: written.reduce((sum, count) => sum + count, 0),
    isWhole: ok ? 1 : 0,
  }),
);
