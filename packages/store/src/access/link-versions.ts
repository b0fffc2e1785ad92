import { type CallOptions, type ContentDigest, openManifest, type ProjectRef } from '@cairn/core';
import { DigestSet } from '../packs/digest-set.js';
import { rawDigest } from '../packs/pack-format.js';
import { all, one, run, type Step, storedForm } from '../sql/step.js';
import { fromStoredName } from '../sql/stored-form.js';
import { checkedIn, link } from './links.js';
import { entriesAtOnce, isUnreadable, type LinksContext, withParts } from './links-context.js';
import { claimProject } from './projects.js';

/** After so many versions that had their links already it is written down that they do. */
const versionsToSkip = 64;

/**
 * Links what the versions of a project are made of that came since the last time: those that were logged without a server
 * have no links yet. Returns whether there were any.
 */
export async function linkVersions(
  context: LinksContext,
  project: ProjectRef,
  options: CallOptions,
): Promise<boolean> {
  const { database } = context;
  const { epoch, newest, known } = await database.read(() => lookAhead(project), options);
  if (newest <= known) return false;
  const manifests = await database.read(() => manifestsAfter(project, known), options);
  const checked = await checkedIn(database, project, manifests.map(rawDigest), { epoch, ...options });
  const unlinked = manifests.filter((_, i) => checked[i] === 0);
  const done = new DigestSet(32);
  for (const manifest of unlinked) await linkManifest(context, project, manifest, done, options);
  if (unlinked.length > 0 || manifests.length >= versionsToSkip) {
    await database.write(() => noteLinked(project, newest), options);
  }
  return unlinked.length > 0;
}

interface Ahead {
  /** Of garbage collection. */
  readonly epoch: number;
  /** The newest version of all. */
  readonly newest: number;
  /** The newest version that the project's links were made for. */
  readonly known: number;
}

function* lookAhead({ entity, project }: ProjectRef): Step<Ahead> {
  const row = yield* one(
    `SELECT (SELECT value FROM engine_state WHERE name = 'epoch') AS epoch,
       (SELECT max(id) FROM versions) AS newest,
       (SELECT linked_version FROM projects WHERE entity = ? AND project = ?) AS known`,
    [entity, project],
  );
  return { epoch: Number(row?.epoch ?? 0), newest: Number(row?.newest ?? 0), known: Number(row?.known ?? 0) };
}

function* manifestsAfter({ entity, project }: ProjectRef, version: number): Step<ContentDigest[]> {
  const rows = yield* all(
    `SELECT DISTINCT v.manifest FROM versions v JOIN collections c ON c.id = v.collection_id
     WHERE v.id > ? AND c.entity = ? AND c.project = ? AND v.deleted_at IS NULL`,
    [version, entity, project],
  );
  const digests = (yield* storedForm()).ofProject({ entity, project });
  return rows.map(({ manifest }) => fromStoredName(digests, manifest));
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
