import { type ContentDigest, readAll, type VersionRecord } from '@cairn/core';
import type { LocalStore } from '../src/index.js';

/** Every version in a store, oldest first. */
async function allVersions({ catalog }: LocalStore): Promise<VersionRecord[]> {
  const versions: VersionRecord[] = [];
  for await (const version of catalog.listVersions({ sort: { field: 'version' } })) versions.push(version);
  return versions;
}

/**
 * Checks what must be true of a store at any moment, as `log-versions` fills it: versions are numbered without gaps, no
 * contents twice, every blob that a version names is there and whole, and the highest version is `latest`. The manifests of
 * `log-files` list many more blobs.
 */
export async function checkInvariants(store: LocalStore): Promise<VersionRecord[]> {
  const versions = await allVersions(store);
  const problems: string[] = [];
  versions.forEach(({ version }, i) => {
    if (version !== i) problems.push(`v${version} is where v${i} should be`);
  });
  if (new Set(versions.map(({ digest }) => digest)).size !== versions.length)
    problems.push('equal contents twice');
  for (const { version, manifest, metadata } of versions) {
    const others =
      metadata.isList === true ? await listedIn(store, manifest) : [metadata.blob as ContentDigest];
    for (const digest of [manifest, ...others]) {
      await readAll(store.blobs.open(digest)).catch((error: unknown) => {
        problems.push(`v${version} names ${digest}: ${error}`);
      });
    }
  }
  const newest = versions.at(-1);
  if (newest !== undefined && !newest.aliases.includes('latest'))
    problems.push('the newest version is not latest');
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return versions;
}

/** The blobs that the manifest of a version of `log-files` lists; none if it can't be read. */
async function listedIn({ blobs }: LocalStore, manifest: ContentDigest): Promise<ContentDigest[]> {
  const text = await readAll(blobs.open(manifest)).catch(() => new Uint8Array());
  return Buffer.from(text).toString().split('\n') as ContentDigest[];
}
