import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testBlobStore } from '@cairn/conformance';
import type { ContentAlgorithm, ContentDigest, Store } from '@cairn/core';
import { openStore } from '../open-store.js';

async function fixture(algorithm: ContentAlgorithm) {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-blobs-'));
  const stores: Store[] = [];
  const open = async () => {
    const store = await openStore(folder, { algorithm });
    stores.push(store);
    return store.blobs;
  };
  return {
    blobs: await open(),
    capabilities: ['paths' as const],
    reopen: open,
    async damage(digest: ContentDigest) {
      const hex = digest.slice(algorithm.length + 1);
      const path = join(folder, 'blobs', algorithm, hex.slice(0, 2), hex.slice(2));
      const bytes = await readFile(path);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      await chmod(path, 0o644);
      await writeFile(path, bytes);
    },
    async dispose() {
      await Promise.all(stores.map((store) => store.close()));
      await rm(folder, { recursive: true });
    },
  };
}

testBlobStore('files, BLAKE3', () => fixture('blake3'));
testBlobStore('files, SHA-256', () => fixture('sha256'));
