import { isContentDigest } from './digest.js';
import { CairnError } from './errors.js';
import { checkDescription, checkMetadata } from './metadata.js';
import { checkAlias, checkAliases, checkName, checkTags } from './name.js';
import { quote } from './printable.js';
import type { CollectionRef, CommitRequest, NewRun, VersionPatch } from './seams/catalog.js';

/*
 * What every catalog checks before it stores a value, whoever it came from. Each returns a copy that holds only what may
 * be stored.
 */

function checkCollection({ entity, project, name }: CollectionRef): CollectionRef {
  return {
    entity: checkName(entity, 'entity'),
    project: checkName(project, 'project'),
    name: checkName(name),
  };
}

/** @throws CairnError `name_invalid`, `metadata_invalid` (its config). */
export function checkNewRun(run: NewRun): NewRun {
  return {
    ...run,
    entity: checkName(run.entity, 'entity'),
    project: checkName(run.project, 'project'),
    id: checkName(run.id, 'run id'),
    name: run.name === undefined ? undefined : checkDescription(run.name),
    jobType: run.jobType === undefined ? undefined : checkName(run.jobType, 'job type'),
    config: checkMetadata(run.config),
  };
}

/** @throws CairnError `name_invalid`, `alias_invalid`, `metadata_invalid`, `manifest_invalid`. */
export function checkCommit(request: CommitRequest): CommitRequest {
  const { digest, manifest, entryCount, size, description } = request;
  if (!isContentDigest(digest) || !isContentDigest(manifest) || !isCount(entryCount) || !isCount(size)) {
    throw new CairnError(
      'manifest_invalid',
      'a version needs the digests, entry count and size of its manifest',
    );
  }
  return {
    ...request,
    ...checkCollection(request),
    type: checkName(request.type, 'artifact type'),
    description: description === undefined ? undefined : checkDescription(description),
    metadata: checkMetadata(request.metadata),
    aliases: checkAliases(request.aliases).filter((alias) => alias !== 'latest'),
    tags: checkTags(request.tags),
    ttl: checkTtl(request.ttl),
  };
}

/** @throws CairnError `name_invalid`, `alias_invalid`, `metadata_invalid`. */
export function checkPatch(patch: VersionPatch): VersionPatch {
  const { description, metadata, tags, ttl, aliases } = patch;
  checkTtl(ttl?.to);
  if (description?.to !== undefined) checkDescription(description.to);
  return {
    ...patch,
    ...(metadata === undefined ? {} : { metadata: { from: metadata.from, to: checkMetadata(metadata.to) } }),
    ...(tags === undefined ? {} : { tags: { from: tags.from, to: checkTags(tags.to) } }),
    ...(aliases === undefined
      ? {}
      : {
          aliases: {
            revision: aliases.revision,
            add: checkAliases(aliases.add),
            remove: aliases.remove.map(checkAlias),
          },
        }),
  };
}

function checkTtl(ttl: number | undefined): number | undefined {
  if (ttl === undefined || (Number.isFinite(ttl) && ttl > 0)) return ttl;
  throw new CairnError('metadata_invalid', `a ttl is a number of seconds above 0, not ${ttl}`, {
    hint: 'Leave it undefined to keep the version for ever.',
  });
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** What `commitVersion` answers when garbage collection came between the basis and the commit. */
export function outdatedBasis(): CairnError {
  return new CairnError('conflict', 'garbage collection ran while this was stored', {
    hint: 'Make sure that all blobs of the manifest are there, and commit again.',
    isRetryable: true,
  });
}

/** What `restoreVersion` answers when the contents of a deleted version were logged again since. */
export function loggedAgain(collection: string, deleted: number, again: number): CairnError {
  return new CairnError(
    'conflict',
    `what v${deleted} of ${quote(collection)} held is v${again} by now, and no two versions are the same`,
    { hint: `Use v${again}; it can have the aliases and metadata of v${deleted}.` },
  );
}
