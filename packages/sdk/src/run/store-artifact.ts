import { checkAliases, checkTags, type Store } from '@cairn/core';
import { openBase } from '../artifact/kept-entries.js';
import { type Artifact, claimArtifact } from '../artifact.js';
import { Progress } from '../progress.js';
import type { LogOptions } from '../run.js';
import { abortable } from '../util/abortable.js';
import { StoredVersion } from '../version/stored-version.js';
import type { LoggedVersion } from '../version.js';
import type { Workspace } from '../workspace.js';
import type { Place } from './lines.js';
import { storeAndCommit } from './store-and-commit.js';
import { storeContents } from './store-contents.js';

/** What storing an artifact needs of its run. */
export interface Storing {
  readonly runId: string;
  readonly workspace: Workspace;
  readonly store: Store;
  /** Takes the next place in the line of a collection. */
  takePlace(collection: string): Place;
  /** Keeps the store open for work whose call was aborted and that has yet to notice. */
  outlive(work: Promise<unknown>): void;
}

/**
 * Stores an artifact and makes it a version. Its place in line is taken before anything is awaited, so that versions are
 * numbered in the order of the calls while their contents are stored side by side.
 *
 * @param direction An `output` is logged, an `input` is used.
 */
export async function storeArtifact<M extends object>(
  { runId, workspace, store, takePlace, outlive }: Storing,
  artifact: Artifact<M>,
  direction: 'input' | 'output',
  { aliases = [], tags = [], signal, onProgress }: LogOptions,
): Promise<LoggedVersion<M>> {
  signal?.throwIfAborted();
  const labels = { aliases: checkAliases(aliases), tags: checkTags(tags) };
  const claim = claimArtifact(artifact);
  const place = takePlace(claim.name);
  const progress = new Progress(onProgress, signal);
  try {
    const {
      version: record,
      created,
      bytes,
      files,
    } = await storeAndCommit({
      blobs: store.blobsOf(workspace),
      signal,
      async store(isAgain) {
        // What is done once more is no progress.
        const shown = isAgain ? new Progress(undefined, signal) : progress;
        const storing = storeContents(claim, workspace, store, shown, signal);
        outlive(storing);
        const contents = await abortable(storing, signal);
        progress.enter('commit');
        await abortable(place.turn, signal);
        signal?.throwIfAborted();
        return contents;
      },
      // From here on an abort is the catalog's to honour: only it knows whether the version exists.
      commit: ({ manifest }, basis) =>
        store.catalog.commitVersion(
          {
            entity: workspace.entity,
            project: workspace.project,
            name: claim.name,
            type: claim.type,
            digest: manifest.digest,
            manifest: manifest.blob,
            entryCount: manifest.entryCount,
            size: manifest.size,
            description: claim.description,
            metadata: claim.metadata,
            ...labels,
            basis,
            edge: { runId, direction },
          },
          { signal },
        ),
    });
    const version = new StoredVersion<M>(workspace, record);
    await claim.end(() => openBase({ workspace, record }, `${version}`));
    progress.succeed();
    return Object.assign(version, { created, bytes, files });
  } finally {
    progress.stop();
    place.leave();
    await claim.end();
  }
}
