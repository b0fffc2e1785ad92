import { type Entry, loadHasher, openManifest, writeManifest } from '@cairn/core';
import { memoryStore } from '@cairn/core/memory';

// What core is good for on its own, with no types of Node: a manifest, built and read in memory.
const { blobs } = memoryStore();
const hasher = await loadHasher();
const entries = ['a.txt', 'b/c.txt'].map((path): Entry => {
  const bytes = new TextEncoder().encode(path);
  return { kind: 'file', path, digest: hasher.hash(bytes), size: bytes.length };
});

const { blob, digest } = await writeManifest(entries, blobs, { name: 'none', config: {} });
const manifest = await openManifest(blobs, blob, { expected: digest });
const paths: string[] = [];
for await (const { path } of manifest.entries({ prefix: 'b/' })) paths.push(path);
console.log(`${manifest.entryCount} entries, ${manifest.size} bytes: ${paths}`);
