// Makes files of all that the versions of a store have, <destination>/<version>-<number>, and says how many are right.
// Usage: restore-files.mjs <folder> <destination> [new: that is empty and nobody's]
import { join } from 'node:path';
import { CairnError, readAll } from '@cairn/core';
import { openStore } from '@cairn/store';
import { syncFileSystem } from './sync-file-system.mjs';

const [folder, destination, isNew] = process.argv.slice(2);
const fs = process.env.CAIRN_TEST_FS === 'sync' ? syncFileSystem : undefined;
try {
  const store = await openStore(folder, { fs });
  const requests = [];
  for await (const { version, manifest, metadata } of store.catalog.listVersions({})) {
    const list = metadata.isList
      ? Buffer.from(await readAll(store.blobs.open(manifest))).toString()
      : metadata.blob;
    for (const [i, digest] of list.split('\n').entries())
      requests.push({
        digest,
        path: join(destination, `${version}-${i}`),
        isFolderNew: isNew === 'new',
      });
  }
  let restored = 0;
  for await (const _ of store.blobs.copyTo(requests)) restored++;
  await store.close();
  console.log(JSON.stringify({ restored }));
} catch (error) {
  if (!CairnError.is(error)) throw error;
  console.log(JSON.stringify({ failed: error.code, message: error.message }));
}
