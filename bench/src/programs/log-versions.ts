import { once } from 'node:events';
import { writeManifest } from '@cairn/core';
import { openStore } from '@cairn/store';
import { bikes } from '../commit-request.js';
import { policy } from '../entries.js';
import type { Logged } from './log-together.js';

// One of many processes that log into one collection, each file and manifest included.
const [location = '', content, count] = process.argv.slice(2);
const store = await openStore(location);
process.send?.('ready');
await once(process, 'message');

const versions: number[] = [];
const errors: string[] = [];
for (let i = 0; i < Number(count); i++) {
  try {
    versions.push(await log(content === 'all' ? 'the same' : `content ${content}-${i}`));
  } catch (error) {
    errors.push(String(error));
  }
}
await store.close();
const logged: Logged = { versions, errors };
process.send?.(logged);
process.disconnect();

async function log(text: string): Promise<number> {
  for await (const { digest, size } of store.blobs.put([
    { kind: 'bytes', bytes: new TextEncoder().encode(text) },
  ])) {
    const written = await writeManifest(
      [{ kind: 'file', path: 'data.bin', digest, size }],
      store.blobs,
      policy,
    );
    const { version } = await store.catalog.commitVersion({
      ...bikes,
      type: 'dataset',
      digest: written.digest,
      manifest: written.blob,
      entryCount: written.entryCount,
      size: written.size,
      metadata: {},
      aliases: [],
      tags: [],
    });
    return version.version;
  }
  throw new Error('the store gave no answer');
}
