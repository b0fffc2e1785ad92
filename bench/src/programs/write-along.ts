import { setImmediate as turn } from 'node:timers/promises';
import { CairnError, type Entry, writeManifest } from '@cairn/core';
import { openStore } from '@cairn/store';
import { commitRequest } from '../commit-request.js';
import { policy } from '../entries.js';

// Logs small versions until it is told to stop, and says how many.
const [location = '', name] = process.argv.slice(2);
const store = await openStore(location);
let isOver = false;
process.once('message', () => {
  isOver = true;
});
process.send?.('ready');
let count = 0;
while (!isOver) {
  await turn(); // else no message would ever arrive
  const basis = await store.blobs.basis();
  const bytes = Buffer.from(`written along by ${name}: ${count}`);
  const entries: Entry[] = [];
  for await (const { digest, size } of store.blobs.put([{ kind: 'bytes', bytes }])) {
    entries.push({ kind: 'file', path: 'a', digest, size });
  }
  const { digest, blob } = await writeManifest(entries, store.blobs, policy);
  const request = { ...(await commitRequest('')), digest, manifest: blob, basis };
  try {
    await store.catalog.commitVersion(request);
    count++;
  } catch (error) {
    // Garbage collection came between: a run would ask again.
    if (!CairnError.is(error, 'conflict')) throw error;
  }
}
await store.close();
process.send?.({ count });
process.disconnect();
