import type { AnyIterable, CopyRequest, CopyResult, TransferOptions } from '@cairn/core';
import type { FileSystem } from '@cairn/file';
import { lookAt } from '../packs/look-at.js';
import { rawDigest } from '../packs/pack-format.js';
import { StagedFolder } from '../restore/staged-folder.js';
import { type FileGroup, groupByFolder, isOfFiles } from '../stat-cache/group-by-folder.js';
import type { SeenGroup, StatCache } from '../stat-cache/stat-cache.js';

/** A file that isn't known to be right. */
export interface Wanted extends CopyRequest {
  /** Its place among all requests. */
  readonly index: number;
  /** The bytes of its digest. */
  readonly raw: Uint8Array;
  readonly group: SeenGroup;
}

/** A part of a copy: what needs no work, or files to make. */
export type CopyJob =
  | { readonly kind: 'right'; readonly results: readonly CopyResult[] }
  | {
      readonly kind: 'copy';
      readonly files: readonly Wanted[];
      /** The folder that all of them are in, if nothing else is. */
      readonly newFolder?: string | undefined;
    };

/** How many files are made before anybody can break off. */
export const filesAtOnce = 128;

/** Nobody waits for more files of a new folder. */
const maxTogether = 1024;

/** Finds out which files are right by what they look like, and gathers the others. */
export async function* intoJobs(
  fs: FileSystem,
  seen: StatCache,
  requests: AnyIterable<CopyRequest>,
  options: TransferOptions,
): AsyncGenerator<CopyJob, void, undefined> {
  const gatherer = new Gatherer();
  for await (const groups of groupByFolder(requests, ({ path }) => path)) {
    const ofFiles = groups.filter(isOfFiles);
    const known = await seen.recall(ofFiles, options);
    const right: CopyResult[] = [];
    for (const [i, group] of ofFiles.entries()) {
      sortOut(fs, known[i] as SeenGroup, group, { right, gatherer }, options);
    }
    yield* gatherer.take();
    if (right.length > 0) yield { kind: 'right', results: right };
  }
  gatherer.end();
  yield* gatherer.take();
}

/** Finds out which files of a group are right. Not in the generator above, as when they are put: see `jobs.ts`. */
function sortOut(
  fs: FileSystem,
  group: SeenGroup,
  { key, items, index: first }: FileGroup<CopyRequest>,
  { right, gatherer }: { readonly right: CopyResult[]; readonly gatherer: Gatherer },
  { onBytes }: TransferOptions,
): void {
  for (let i = 0; i < items.length; i++) {
    const { digest, path, isFolderNew } = items[i] as CopyRequest;
    const index = first + i;
    // Who makes it looks at it anyhow.
    const stamp = group.knows(path) ? lookAt(fs, path) : undefined;
    if (stamp !== undefined && group.hasDigest({ path, stamp }, digest)) {
      group.keep({ path, stamp });
      onBytes?.(stamp.size);
      right.push({ index, size: stamp.size, written: false });
    } else {
      const wanted = { digest, path, index, raw: rawDigest(digest), group };
      gatherer.add(wanted, isFolderNew ? key.folder : undefined);
    }
  }
}

/** Makes jobs of files: of those of a new folder together, if they are many but not too many, and of the others as they come. */
class Gatherer {
  #jobs: CopyJob[] = [];
  #files: Wanted[] = [];
  #together: Wanted[] = [];
  #newFolder: string | undefined;
  /** A folder that had too many. */
  #full: string | undefined;

  add(wanted: Wanted, newFolder: string | undefined): void {
    if (newFolder !== this.#newFolder) {
      this.#endFolder();
      this.#newFolder = newFolder;
    }
    if (newFolder === undefined || newFolder === this.#full) {
      this.#addAlone(wanted);
      return;
    }
    this.#together.push(wanted);
    if (this.#together.length < maxTogether) return;
    this.#endFolder();
    this.#full = newFolder;
  }

  end(): void {
    this.#endFolder();
    if (this.#files.length > 0) this.#endJob();
  }

  /** Gives the jobs that are whole. */
  take(): readonly CopyJob[] {
    const jobs = this.#jobs;
    this.#jobs = [];
    return jobs;
  }

  #endFolder(): void {
    const files = this.#together;
    this.#together = [];
    if (files.length < StagedFolder.minFiles) for (const wanted of files) this.#addAlone(wanted);
    else this.#jobs.push({ kind: 'copy', files, newFolder: this.#newFolder });
  }

  #addAlone(wanted: Wanted): void {
    this.#files.push(wanted);
    if (this.#files.length === filesAtOnce) this.#endJob();
  }

  #endJob(): void {
    this.#jobs.push({ kind: 'copy', files: this.#files });
    this.#files = [];
  }
}
