// Reads all that a store has, and says how many versions there are, or what failed. Usage: read-store.mjs <folder>
import { CairnError, readAll } from '@cairn/core';
import { openStore } from '@cairn/store';

try {
  const store = await openStore(process.argv[2]);
  let versions = 0;
  for await (const { manifest, metadata } of store.catalog.listVersions({})) {
    for (const digest of [manifest, metadata.blob]) await readAll(store.blobs.open(digest));
    versions++;
  }
  await store.close();
  console.log(JSON.stringify({ versions }));
} catch (error) {
  if (!CairnError.is(error)) throw error;
  console.log(JSON.stringify({ failed: error.code, message: error.message }));
}
