import { type CallOptions, openManifest, type ProjectRef } from '@cairn/core';
import { checkedIn, linkedNow } from '../access/links.js';
import { isUnreadable } from '../access/links-context.js';
import { DigestSet } from '../packs/digest-set.js';
import { rawDigest } from '../packs/pack-format.js';
import { readEpoch } from '../packs/pack-index.js';
import type { Database } from '../sql/database.js';
import { all } from '../sql/step.js';
import type { BlobChecks } from './check-blobs.js';
import type { NeedsContext } from './context.js';
import type { FoundProblem, Problems } from './problems.js';
import { type VersionRow, versionsAfter } from './version-rows.js';

interface LinkChecks {
  /** The newest version that the project's links were made for. */
  readonly newest: number;
  /** Leaves of which all is linked. Versions share most of theirs. */
  readonly linked: DigestSet;
  problem?: FoundProblem;
}

/**
 * Makes sure that projects have links to all blobs of those versions whose links were made. Those of others are made when somebody
 * asks for them.
 */
export async function checkLinks(
  context: NeedsContext,
  blobs: BlobChecks,
  problems: Problems,
  options: CallOptions,
): Promise<void> {
  const { database } = context;
  const projects = new Map<string, LinkChecks>();
  for (const { project, newest } of await allProjects(database, options)) {
    projects.set(nameOf(project), { newest, linked: new DigestSet(32) });
  }
  if (projects.size === 0) return;
  const epoch = await database.read(readEpoch, options);
  for await (const version of versionsAfter(database, 0, options)) {
    const checks = projects.get(nameOf(version.project));
    if (checks === undefined || !(await hasLinks(version, checks))) continue;
    if (await isLinked(version, checks)) continue;
    const message = `${nameOf(version.project)} lacks links to what its versions are made of`;
    checks.problem ??= problems.add({ kind: 'missing_link', message });
    problems.affect(checks.problem, version);
  }

  /** Whether links are said to be there, so that nobody makes them. */
  async function hasLinks({ id, project, manifest }: VersionRow, { newest }: LinkChecks): Promise<boolean> {
    if (id <= newest) return true;
    const marks = await checkedIn(database, project, [rawDigest(manifest)], { epoch, ...options });
    return marks[0] === 1;
  }

  async function isLinked(
    { manifest: digest, project }: VersionRow,
    { linked }: LinkChecks,
  ): Promise<boolean> {
    try {
      const manifest = await openManifest(context.blobs, digest, options);
      if (!(await areLinked(project, [rawDigest(digest)]))) return false;
      for (const leaf of manifest.leaves) {
        const raw = rawDigest(leaf.digest);
        if (linked.has(raw)) continue;
        const needed = leaf.extras === undefined ? [raw] : [raw, rawDigest(leaf.extras)];
        for (const entry of await manifest.readLeaf(leaf, options)) {
          if (entry.kind === 'file') needed.push(rawDigest(entry.digest));
        }
        if (!(await areLinked(project, needed))) return false;
        linked.add(raw);
      }
    } catch (error) {
      // It was said before that the manifest can't be read.
      if (!isUnreadable(error)) throw error;
    }
    return true;
  }

  async function areLinked(project: ProjectRef, digests: readonly Uint8Array[]): Promise<boolean> {
    const whole: Uint8Array[] = [];
    // What can't be read is a problem already.
    for (const digest of digests) if ((await blobs.problemOf(digest)) === undefined) whole.push(digest);
    return !(await linkedNow(database, project, whole, options)).includes(0);
  }
}

/** All projects that may have links. */
export async function allProjects(
  database: Database,
  options: CallOptions,
): Promise<{ readonly project: ProjectRef; readonly newest: number }[]> {
  const rows = await database.read(
    () => all('SELECT entity, project, linked_version FROM projects'),
    options,
  );
  return rows.map(({ entity, project, linked_version }) => ({
    project: { entity: String(entity), project: String(project) },
    newest: Number(linked_version),
  }));
}

function nameOf({ entity, project }: ProjectRef): string {
  return `${entity}/${project}`;
}
