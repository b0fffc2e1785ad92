import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testBlobStore } from '@cairn/conformance';
import type { BlobStore, ContentAlgorithm } from '@cairn/core';
import { damageBlob } from '../../test/damage-blob.js';
import type { LocalStore } from '../local-store.js';
import { openStore } from '../open-store.js';

const all = ({ blobs }: LocalStore): BlobStore => blobs;
const ofProject = ({ access }: LocalStore): BlobStore => access.blobsOf({ entity: 'acme', project: 'pets' });

async function fixture(algorithm: ContentAlgorithm, blobsOf: (store: LocalStore) => BlobStore) {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-blobs-'));
  const stores: LocalStore[] = [];
  const open = async () => {
    const store = await openStore(folder, { algorithm });
    stores.push(store);
    return blobsOf(store);
  };
  return {
    blobs: await open(),
    capabilities: ['paths' as const],
    reopen: open,
    damage: (digest: `${ContentAlgorithm}:${string}`) => damageBlob(folder, digest),
    async dispose() {
      await Promise.all(stores.map((store) => store.close()));
      await rm(folder, { recursive: true });
    },
  };
}

testBlobStore('packs, BLAKE3', () => fixture('blake3', all));
testBlobStore('packs, SHA-256', () => fixture('sha256', all));
testBlobStore('packs, as a project has them', () => fixture('blake3', ofProject));
