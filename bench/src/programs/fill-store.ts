import { join } from 'node:path';
import { type ContentDigest, type Entry, writeManifest } from '@cairn/core';
import { openStore } from '@cairn/store';
import { commitRequest } from '../commit-request.js';
import { policy } from '../entries.js';

// Versions of 1,000 blobs each, which lie in all packs because they were stored in turn; a tenth of them is deleted.
const [count, folder = ''] = process.argv.slice(2);
const perVersion = 1000;
const versions = Number(count) / perVersion;
const store = await openStore(join(folder, 'store'));
const digests: ContentDigest[] = [];
function* blobs() {
  for (let i = 0; i < Number(count); i++)
    yield { kind: 'bytes' as const, bytes: Buffer.alloc(200, `blob ${i} `) };
}
for await (const { index, digest } of store.blobs.put(blobs())) digests[index] = digest;
for (let version = 0; version < versions; version++) {
  const entries = Array.from({ length: perVersion }, (_, i): Entry => {
    const digest = digests[i * versions + version] as ContentDigest;
    return { kind: 'file', path: `${i}`.padStart(4, '0'), digest, size: 200 };
  });
  const { digest, blob } = await writeManifest(entries, store.blobs, policy);
  const request = { ...(await commitRequest(`${version}`)), digest, manifest: blob };
  const committed = await store.catalog.commitVersion(request);
  if (version % 10 === 5) await store.catalog.deleteVersion(committed.version.id);
}
await store.close();
