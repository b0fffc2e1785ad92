import type { SyncFileSystem } from '@cairn/file';
import { StagedFolder } from '@cairn/store/engine';

export interface FileToStage {
  readonly path: string;
  /** Its folder, if that was just made. */
  readonly newFolder?: string | undefined;
}

interface Staged {
  readonly folder: StagedFolder;
  readonly paths: string[];
}

/** The files of a batch that are in new folders, of which each gets those that are many by one rename. Publish or abandon them. */
export class StagedFiles {
  readonly #folders = new Map<string, Staged>();

  constructor(fs: SyncFileSystem, files: readonly FileToStage[]) {
    const counts = new Map<string, number>();
    for (const { newFolder } of files)
      if (newFolder !== undefined) counts.set(newFolder, (counts.get(newFolder) ?? 0) + 1);
    for (const [path, count] of counts) {
      const folder = count < StagedFolder.minFiles ? undefined : StagedFolder.beside(fs, path);
      if (folder !== undefined) this.#folders.set(path, { folder, paths: [] });
    }
  }

  /** Where a file is to be written, so that it is published with the others; `undefined` if it isn't. */
  at({ path, newFolder = '' }: FileToStage): string | undefined {
    const staged = this.#folders.get(newFolder);
    staged?.paths.push(path);
    return staged?.folder.at(path);
  }

  /** Puts those in their places that were asked about, which were written. @throws CairnError as `publishSync`. */
  publish(): void {
    for (const { folder, paths } of this.#folders.values()) folder.publish(paths);
  }

  /** Leaves nothing of those that aren't in their places. Never fails. */
  abandon(): void {
    for (const { folder } of this.#folders.values()) folder.abandon();
  }
}
