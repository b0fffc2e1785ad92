import { CairnError, type CallOptions, type Manifest, openManifest } from '@cairn/core';
import { DigestSet } from '../packs/digest-set.js';
import { rawDigest } from '../packs/pack-format.js';
import type { BlobChecks } from './check-blobs.js';
import type { NeedsContext } from './context.js';
import type { Problems } from './problems.js';
import { isDeleted, type VersionRow, versionsAfter } from './version-rows.js';

export interface VersionCounts {
  versions: number;
  entries: number;
}

/** Makes sure that every version has its manifest, and all blobs of its entries. */
export async function checkVersions(
  context: NeedsContext,
  blobs: BlobChecks,
  problems: Problems,
  options: CallOptions,
): Promise<VersionCounts> {
  const counts = { versions: 0, entries: 0 };
  /** Leaves of which nothing is missing. Versions share most of theirs. */
  const whole = new DigestSet(32);
  for await (const version of versionsAfter(context.database, 0, options)) {
    counts.versions++;
    try {
      await checkVersion(version);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (await isDeleted(context.database, version.id, options)) continue;
      if (!CairnError.is(error)) throw error;
      const message = `the manifest of ${version.label} can't be read: ${error.message.split('\n')[0]}`;
      const problem = problems.add({ kind: 'damaged_manifest', message, digest: version.manifest });
      problems.affect(problem, version);
    }
  }
  return counts;

  async function checkVersion(version: VersionRow): Promise<void> {
    const broken = await blobs.problemOf(rawDigest(version.manifest));
    if (broken !== undefined) return problems.affect(broken, version);
    const manifest = await openManifest(context.blobs, version.manifest, {
      expected: version.digest,
      ...options,
    });
    counts.entries += manifest.entryCount;
    for (const leaf of manifest.leaves) await checkLeaf(version, manifest, leaf);
  }

  async function checkLeaf(
    version: VersionRow,
    manifest: Manifest,
    leaf: Manifest['leaves'][number],
  ): Promise<void> {
    const digest = rawDigest(leaf.digest);
    const extras = leaf.extras === undefined ? undefined : rawDigest(leaf.extras);
    for (const part of extras === undefined ? [digest] : [digest, extras]) {
      const problem = await blobs.problemOf(part);
      if (problem !== undefined) return problems.affect(problem, version);
    }
    if (whole.has(digest)) return;
    let isWhole = true;
    for (const entry of await manifest.readLeaf(leaf, options)) {
      if (entry.kind !== 'file') continue;
      const problem = await blobs.problemOf(rawDigest(entry.digest));
      if (problem === undefined) continue;
      isWhole = false;
      problems.affect(problem, version, entry.path);
    }
    if (isWhole) whole.add(digest);
  }
}
