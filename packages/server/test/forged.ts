import { loadHasher, type ProjectRef, writeManifest } from '@cairn/core';
import type { CommitBody } from '@cairn/remote/protocol';
import { collect, readText } from '@cairn/testing';
import type { ServedStore } from '../src/index.js';
import { storeArtifact } from './lab.js';

/* Manifests that no client of Cairn writes: what is in them was exchanged, and all digests that this changes are right. */

let count = 0;

/** A manifest of one reference to any text at all, stored in a project. */
export async function storeReference(
  store: ServedStore,
  project: ProjectRef,
  uri: string,
): Promise<CommitBody> {
  const place = `https://place.example.com/${count++}`;
  const entry = { kind: 'reference', path: 'r', uri: place, digest: `uri:${place}` } as const;
  const { digest, blob, entryCount, size } = await writeManifest([entry], store.access.blobsOf(project), {
    name: 'default',
    config: {},
  });
  const like = await storeArtifact(store, project, 'photos', { 'a.txt': 'a' });
  const body = { ...like, digest, manifest: blob, entryCount, size };
  return exchanged(store, project, body, place, JSON.stringify(uri).slice(1, -1));
}

/** The same artifact, with a text in its manifest exchanged. */
export async function exchanged(
  store: ServedStore,
  project: ProjectRef,
  body: CommitBody,
  old: string,
  to: string,
): Promise<CommitBody> {
  const blobs = store.access.blobsOf(project);
  const hasher = await loadHasher('blake3');
  const textOf = (digest: CommitBody['manifest']) => readText(blobs.open(digest));
  const put = async (text: string) => {
    const [stored] = await collect(blobs.put([{ kind: 'bytes', bytes: Buffer.from(text) }]));
    return stored?.digest as CommitBody['manifest'];
  };
  const index = await textOf(body.manifest);
  const [oldLeaf] = index.match(/(?<="leaf":")[^"]*/) as unknown as [CommitBody['manifest']];
  const leaf = await put((await textOf(oldLeaf)).replaceAll(old, () => to));
  const forged = index.replace(oldLeaf, leaf).replaceAll(old, () => to);
  const leaves = forged
    .slice(forged.indexOf('\n') + 1)
    .replace(/,"(references":\{[^}]*\}|extras":"[^"]*")/g, '');
  const digest = hasher.hash(Buffer.from(leaves));
  return { ...body, digest, manifest: await put(forged) };
}
