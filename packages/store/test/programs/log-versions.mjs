// Logs versions as a run does: blobs first, then the version. Says what was acknowledged and what failed, one line of JSON
// at a time. Usage: log-versions.mjs <folder> <collection> <how many> <label; equal labels give equal contents> [bytes]
import { writeSync } from 'node:fs';
import { CairnError } from '@cairn/core';
import { openStore } from '@cairn/store';
import { forgetfulFileSystem } from './forgetful-file-system.mjs';
import { syncFileSystem } from './sync-file-system.mjs';

const [folder, name, count, label, size = '0'] = process.argv.slice(2);
const fileSystems = { sync: syncFileSystem, forgetful: forgetfulFileSystem };
const fs = fileSystems[process.env.CAIRN_TEST_FS];
const say = (line) => writeSync(1, `${JSON.stringify(line)}\n`);

async function log(store, i) {
  const contents = [`model ${label} ${i}`.padEnd(Number(size)), `manifest ${label} ${i}`];
  const digests = [];
  const sources = contents.map((text) => ({ kind: 'bytes', bytes: new TextEncoder().encode(text) }));
  for await (const { index, digest } of store.blobs.put(sources)) digests[index] = digest;
  const { version, created } = await store.catalog.commitVersion({
    entity: 'local',
    project: 'default',
    name,
    type: 'model',
    digest: digests[1],
    manifest: digests[1],
    entryCount: 1,
    size: contents[0].length,
    metadata: { blob: digests[0] },
    aliases: [`${label}-${i}`],
    tags: [],
  });
  return { version: version.version, digest: version.digest, created };
}

try {
  const store = await openStore(folder, { fs });
  for (let i = 0; i < Number(count); i++) say(await log(store, i));
  await store.close();
} catch (error) {
  if (!CairnError.is(error)) throw error;
  say({ failed: error.code, message: error.message });
}
