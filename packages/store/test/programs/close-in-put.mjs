// Closes a store in the middle of a put that has worker threads, says what the put said, and then works on with the store
// opened again. Usage: close-in-put.mjs <folder>
import { readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CairnError } from '@cairn/core';
import { openStore } from '@cairn/store';
import { writeLargeFiles } from './large-files.mjs';

const [folder] = process.argv.slice(2);
const say = (line) => writeSync(1, `${JSON.stringify(line)}\n`);
const sources = writeLargeFiles(folder);

const store = await openStore(join(folder, 'store'));
let closing;
let bytes = 0;
try {
  const onBytes = (more) => {
    bytes += more;
    if (bytes > 20 * 1024 * 1024) closing ??= store.close();
  };
  for await (const _ of store.blobs.put(sources, { onBytes }));
  say({ code: 'none' });
} catch (error) {
  say({ is: CairnError.is(error), code: error.code, hint: error.hint });
}
await closing;
say({ temp: readdirSync(join(folder, 'store', 'tmp')) });
const again = await openStore(join(folder, 'store'));
let count = 0;
for await (const _ of again.blobs.put(sources)) count++;
say({ count });
await again.close();
