import {
  type BlobStore,
  CairnError,
  type CallOptions,
  type ContentDigest,
  type FileEntry,
  isContentDigest,
  openManifest,
  outdatedBasis,
  type ProjectRef,
  quote,
} from '@cairn/core';
import { missing } from '../blobs/read-blob.js';
import { DigestSet } from '../packs/digest-set.js';
import { rawDigest } from '../packs/pack-format.js';
import { readEpoch } from '../packs/pack-index.js';
import type { Database } from '../sql/database.js';
import { all, one, run, type Step } from '../sql/step.js';
import { checkedIn, link, linkedNow, markChecked } from './links.js';
import { claimProject } from './projects.js';
import { nameOf } from './roles.js';

export interface LinksContext {
  readonly database: Database;
  /** All of the store. */
  readonly blobs: BlobStore;
  /** The segments and chunks of a large blob. */
  partsOf(digest: Uint8Array, options: CallOptions): Promise<readonly Uint8Array[]>;
  /** Above this many bytes a blob is large. */
  readonly smallBytes: number;
}

/** How many digests of a manifest are looked at together, at least. */
const entriesAtOnce = 10_000;
/** After so many versions that had their links already it is written down that they do. */
const versionsToSkip = 256;

/** Which of these a project has; see `AccessCatalog.linked`. */
export async function linked(
  context: LinksContext,
  project: ProjectRef,
  digests: readonly Uint8Array[],
  options: CallOptions = {},
): Promise<Uint8Array> {
  const found = await linkedNow(context.database, project, digests, options);
  if (!found.includes(0) || !(await linkVersions(context, project, options))) return found;
  return linkedNow(context.database, project, digests, options);
}

/** The same for whole digests, of which some may be by another algorithm. */
export async function linkedDigests(
  context: LinksContext,
  project: ProjectRef,
  digests: readonly string[],
  options?: CallOptions,
): Promise<boolean[]> {
  const { algorithm } = context.blobs;
  const canBe = digests.map((digest) => isContentDigest(digest) && digest.startsWith(`${algorithm}:`));
  const possible = digests.filter((_, i) => canBe[i]);
  const found = await linked(context, project, possible.map(rawDigest), options);
  let next = 0;
  return canBe.map((can) => can && found[next++] === 1);
}

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
    for (const entry of await manifest.readLeaf(leaf, options))
      if (entry.kind === 'file') entries.push(entry);
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

/**
 * Links what the versions of a project are made of that came since the last time: those that were logged without a server
 * have no links yet. Returns whether there were any.
 */
async function linkVersions(
  context: LinksContext,
  project: ProjectRef,
  options: CallOptions,
): Promise<boolean> {
  const { database } = context;
  const epoch = await database.read(readEpoch, options);
  const { newest, known, manifests } = await database.snapshot(() => newVersions(project), options);
  if (newest <= known) return false;
  const checked = await checkedIn(database, project, manifests.map(rawDigest), { epoch, ...options });
  const unlinked = manifests.filter((_, i) => checked[i] === 0);
  const done = new DigestSet(32);
  for (const manifest of unlinked) await linkManifest(context, project, manifest, done, options);
  if (unlinked.length > 0 || (manifests.length > 0 && newest - known >= versionsToSkip)) {
    await database.write(() => noteLinked(project, newest), options);
  }
  return unlinked.length > 0;
}

function* newVersions({ entity, project }: ProjectRef): Step<{
  readonly newest: number;
  readonly known: number;
  readonly manifests: readonly ContentDigest[];
}> {
  const row = yield* one(
    `SELECT (SELECT max(id) FROM versions) AS newest,
       (SELECT linked_version FROM projects WHERE entity = ? AND project = ?) AS known`,
    [entity, project],
  );
  const [newest, known] = [Number(row?.newest ?? 0), Number(row?.known ?? 0)];
  if (newest <= known) return { newest, known, manifests: [] };
  const rows = yield* all(
    `SELECT DISTINCT v.manifest FROM versions v JOIN collections c ON c.id = v.collection_id
     WHERE v.id > ? AND c.entity = ? AND c.project = ? AND v.deleted_at IS NULL`,
    [known, entity, project],
  );
  return { newest, known, manifests: rows.map(({ manifest }) => manifest as ContentDigest) };
}

function* noteLinked(project: ProjectRef, version: number): Step<void> {
  const id = yield* claimProject(project);
  yield* run('UPDATE projects SET linked_version = ? WHERE id = ? AND linked_version < ?', [
    version,
    id,
    version,
  ]);
}

/** @param done Leaves that were seen to. */
async function linkManifest(
  context: LinksContext,
  project: ProjectRef,
  digest: ContentDigest,
  done: DigestSet,
  options: CallOptions,
): Promise<void> {
  const { database, blobs } = context;
  let digests: Uint8Array[] = [rawDigest(digest)];
  try {
    const manifest = await openManifest(blobs, digest, options);
    for (const leaf of manifest.leaves) {
      if (leaf.extras !== undefined) digests.push(rawDigest(leaf.extras));
      const raw = rawDigest(leaf.digest);
      if (done.has(raw)) continue;
      const entries = await manifest.readLeaf(leaf, options);
      digests.push(raw);
      for (const entry of entries) {
        if (entry.kind === 'file') digests.push(...(await withParts(context, entry, options)));
      }
      done.add(raw);
      if (digests.length < entriesAtOnce) continue;
      await link(database, project, digests, options);
      digests = [];
    }
  } catch (error) {
    // A version that can't be read has nothing that could be handed out.
    if (!isUnreadable(error)) throw error;
  }
  await link(database, project, digests, options);
}

/** The digest of a blob, and of the pieces it is stored in. */
export async function withParts(
  { smallBytes, partsOf }: LinksContext,
  { digest, size }: { readonly digest: ContentDigest; readonly size: number },
  options: CallOptions,
): Promise<Uint8Array[]> {
  const raw = rawDigest(digest);
  if (size <= smallBytes) return [raw];
  try {
    return [raw, ...(await partsOf(raw, options))];
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return [raw];
  }
}

function isUnreadable(error: unknown): boolean {
  return (
    CairnError.is(error, 'not_found') ||
    CairnError.is(error, 'integrity_mismatch') ||
    CairnError.is(error, 'manifest_invalid')
  );
}
