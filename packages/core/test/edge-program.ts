import {
  CairnError,
  checkMetadata,
  diffManifests,
  type Entry,
  loadHasher,
  openManifest,
  parseArtifactRef,
  redact,
  schemeOf,
  sortByUtf8,
  writeManifest,
} from '../src/index.js';
import { memoryBlobStore } from '../src/memory/index.js';

/** A bit of everything that core does: what it finds must be the same in every runtime. */
export async function run(): Promise<unknown> {
  const blobs = memoryBlobStore();
  const policy = { name: 'cairn.default', config: {} };
  const contents = Array.from({ length: 3000 }, (_, i) => new TextEncoder().encode(`content ${i}`));
  const entries: Entry[] = [];
  for await (const { index, digest, size } of blobs.put(
    contents.map((bytes) => ({ kind: 'bytes', bytes })),
  )) {
    entries.push({ kind: 'file', path: `images/${index} 🚀.png`, digest, size });
  }
  sortByUtf8(entries, ({ path }) => path);
  const uri = 's3://bucket/model.h5';
  const reference: Entry = {
    kind: 'reference',
    path: 'model.h5',
    uri,
    digest: 'etag:"1"',
    extra: { versionId: 'v1' },
  };
  const before = await writeManifest(entries, blobs, policy);
  const after = await writeManifest([...entries.slice(1), reference], blobs, policy);
  const manifests = await Promise.all([before, after].map(({ blob }) => openManifest(blobs, blob)));
  const changes: string[] = [];
  for await (const change of diffManifests(manifests[0] as never, manifests[1] as never))
    changes.push(change.kind);

  const { signal } = new AbortController();
  const error = await openManifest(blobs, `blake3:${'0'.repeat(64)}`, { signal }).catch(
    (error: unknown) => error,
  );
  const sha256 = await loadHasher('sha256');
  return {
    digests: [before.digest, before.blob, after.digest, sha256.hash(contents[0] as Uint8Array)],
    changes,
    found: await manifests[1]?.get('model.h5', { signal }),
    error: CairnError.is(error) ? error.code : error,
    ref: parseArtifactRef('bikes/data:best', { entity: 'local', project: 'default' }),
    metadata: checkMetadata({ rate: 0.1, layers: [1, 2] }),
    redacted: redact('https://user:secret@host/x?sig=1'),
    scheme: schemeOf(uri),
  };
}
