import { type CallOptions, isContentDigest, type ProjectRef } from '@cairn/core';
import { rawDigest } from '../packs/pack-format.js';
import { linkVersions } from './link-versions.js';
import { linkedNow } from './links.js';
import type { LinksContext } from './links-context.js';

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
