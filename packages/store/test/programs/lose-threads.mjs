// Ends the threads of a store in the middle of a put, and again while they are idle; says what the puts said, and whether
// the store works on. Usage: lose-threads.mjs <folder>
import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import workerThreads from 'node:worker_threads';
import { CairnError } from '@cairn/core';
import { writeLargeFiles } from './large-files.mjs';

const started = [];
workerThreads.Worker = class extends workerThreads.Worker {
  constructor(...args) {
    super(...args);
    started.push(this);
  }
};
syncBuiltinESMExports();
const { openStore } = await import('@cairn/store');

const [folder] = process.argv.slice(2);
const say = (line) => writeSync(1, `${JSON.stringify(line)}\n`);
const sources = writeLargeFiles(folder);
const endAll = () => Promise.all(started.splice(0).map((worker) => worker.terminate()));

const store = await openStore(join(folder, 'store'));
let bytes = 0;
let ended;
const onBytes = (more) => {
  bytes += more;
  if (bytes > 20 * 1024 * 1024) ended ??= endAll();
};
try {
  for await (const _ of store.blobs.put(sources, { onBytes }));
  say({ code: 'none' });
} catch (error) {
  say({ is: CairnError.is(error), code: error.code, isRetryable: error.isRetryable });
}
await ended;
for (let i = 0; i < 2; i++) {
  let count = 0;
  // New contents, which need threads again.
  for await (const _ of store.blobs.put(writeLargeFiles(folder))) count++;
  say({ count, threads: started.length > 0 });
  // They are idle now.
  await endAll();
}
let count = 0;
for await (const _ of store.blobs.put([...sources, { kind: 'bytes', bytes: randomBytes(10) }])) count++;
say({ count });
await store.close();
