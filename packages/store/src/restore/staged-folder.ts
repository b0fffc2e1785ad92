import { basename, dirname, join } from 'node:path';
import { type SyncFileSystem, tempName } from '@cairn/file';
import { tryAll, writeFailure } from './new-file.js';

/**
 * A folder of new files that is made beside an empty one, and takes its place once they are whole: by one rename instead of
 * one for each file. Publish or abandon it.
 */
export class StagedFolder {
  /** Fewer files aren't worth it. */
  static readonly minFiles = 16;

  readonly #fs: SyncFileSystem;
  readonly #folder: string;
  readonly #temp: string;

  /** `undefined` if there is something in the folder, or no other one can be made: then each file goes its own way. */
  static beside(fs: SyncFileSystem, folder: string): StagedFolder | undefined {
    try {
      if (fs.readdirSync(folder).length > 0) return undefined;
      const temp = join(dirname(folder), tempName());
      fs.mkdirSync(temp);
      return new StagedFolder(fs, folder, temp);
    } catch {
      return undefined;
    }
  }

  private constructor(fs: SyncFileSystem, folder: string, temp: string) {
    this.#fs = fs;
    this.#folder = folder;
    this.#temp = temp;
  }

  /** Where a file of the folder is written until then. */
  at(path: string): string {
    return join(this.#temp, basename(path));
  }

  /**
   * Puts files in their places, which were written. What has come to the folder meanwhile stays, unless it has the name of one
   * of them; then, or where no folder can take the place of another one, each is renamed alone.
   *
   * @throws CairnError as `NewFile`.
   */
  publish(paths: readonly string[]): void {
    try {
      this.#fs.renameSync(this.#temp, this.#folder);
    } catch {
      for (const path of paths) this.#publishAlone(path);
      this.abandon();
    }
  }

  /** Leaves nothing of what isn't in its place. Never fails. */
  abandon(): void {
    let names: readonly string[] = [];
    tryAll(
      () => {
        names = this.#fs.readdirSync(this.#temp);
      },
      () => {
        for (const name of names) tryAll(() => this.#fs.unlinkSync(join(this.#temp, name)));
      },
      () => this.#fs.rmdirSync(this.#temp),
    );
  }

  #publishAlone(path: string): void {
    try {
      this.#fs.renameSync(this.at(path), path);
    } catch (error) {
      throw writeFailure(error, this.#fs, path);
    }
  }
}
