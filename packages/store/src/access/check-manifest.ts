import {
  CairnError,
  type CallOptions,
  type ContentDigest,
  type FileEntry,
  openManifest,
  outdatedBasis,
  type ProjectRef,
  quote,
  type ReferenceEntry,
  secretParameter,
} from '@cairn/core';
import { missing } from '../blobs/read-blob.js';
import { rawDigest } from '../packs/pack-format.js';
import { readEpoch } from '../packs/pack-index.js';
import { checkedIn, markChecked } from './links.js';
import { entriesAtOnce, type LinksContext } from './links-context.js';
import { linkedDigests } from './project-links.js';
import { nameOf } from './roles.js';

/** Makes sure that a project has all that a manifest names; see `ProjectBlobs.checkManifest`. */
export async function checkManifest(
  context: LinksContext,
  project: ProjectRef,
  digest: ContentDigest,
  { basis, ...options }: CallOptions & { readonly basis?: string | undefined } = {},
): Promise<string> {
  const { database, blobs } = context;
  const epoch = await database.read(readEpoch, options);
  await requireLinked([digest], () => missing(digest));
  const [isChecked] = await checkedIn(database, project, [rawDigest(digest)], { epoch, ...options });
  if (isChecked === 1) return String(epoch);

  const manifest = await openManifest(blobs, digest, options);
  const known = await checkedIn(
    database,
    project,
    manifest.leaves.map((leaf) => rawDigest(leaf.digest)),
    { epoch, ...options },
  );
  const leaves = manifest.leaves.filter((_, i) => known[i] === 0);
  const own = leaves.map((leaf) => leaf.digest);
  for (const { extras } of manifest.leaves) if (extras !== undefined) own.push(extras);
  await requireLinked(own, (i) => missing(own[i] as ContentDigest));

  let entries: FileEntry[] = [];
  for (const leaf of leaves) {
    for (const entry of await manifest.readLeaf(leaf, options)) {
      if (entry.kind === 'file') entries.push(entry);
      else refuseReference(entry);
    }
    if (entries.length >= entriesAtOnce) await requireEntries();
  }
  await requireEntries();
  const checked = [digest, ...leaves.map((leaf) => leaf.digest)];
  await markChecked(database, project, checked.map(rawDigest), { epoch, ...options });
  return String(epoch);

  async function requireEntries(): Promise<void> {
    const some = entries;
    entries = [];
    await requireLinked(
      some.map((entry) => entry.digest),
      (i) => lacking(project, some[i] as FileEntry),
    );
  }

  async function requireLinked(digests: readonly string[], error: (i: number) => CairnError): Promise<void> {
    const found = await linkedDigests(context, project, digests, options);
    const i = found.indexOf(false);
    if (i < 0) return;
    const current = String(await database.read(readEpoch, options));
    throw current === (basis ?? String(epoch)) ? error(i) : outdatedBasis();
  }
}

function lacking(project: ProjectRef, { path, digest }: FileEntry): CairnError {
  return new CairnError(
    'not_found',
    `the project ${quote(nameOf(project))} has no blob ${digest}, which ${quote(path)} needs`,
    { hint: 'Store its bytes in this project first.' },
  );
}

/** Handlers take none of these either; this is for manifests that were not made by any. */
function refuseReference({ path, uri }: ReferenceEntry): void {
  const [, query = ''] = /^https?:[^?#]*\?([^#]*)/i.exec(uri) ?? [];
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i.test(uri) || secretParameter(new URLSearchParams(query))) {
    throw new CairnError(
      'uri_invalid',
      `the reference ${quote(path)} holds credentials, which are never stored`,
      { hint: 'Refer to it without them, and let whoever reads it have their own.' },
    );
  }
  if (/^(?:https?|s3|gs):(?!\/\/[^/\\?#])/i.test(uri)) {
    throw new CairnError(
      'uri_invalid',
      `the reference ${quote(path)} names no host or bucket: ${quote(uri)}`,
    );
  }
}
