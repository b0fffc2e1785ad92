import { type FileSystem, translateFsError } from '@cairn/file';
import type { Step } from '../sql/step.js';
import { type FinishedPack, packPath } from './open-pack.js';
import { goneMeanwhile } from './pack-index.js';

/** Where finished packs are kept that have no rows yet. */
export interface PackShelf {
  /**
   * Makes sure, in the transaction that makes the rows of a pack, that the pack is there: garbage collection removes packs
   * without rows, in transactions.
   *
   * @throws CairnError `conflict` when it is gone. It is worth trying again.
   */
  claim(pack: FinishedPack): Step<void>;
  /** Removes a pack to which no row leads. Never fails. */
  discard(pack: FinishedPack): Promise<void>;
}

/** @param packs The folder of the packs. */
export function folderShelf(fs: FileSystem, packs: string): PackShelf {
  return {
    // biome-ignore lint/correctness/useYield: it asks the folder, not the database
    *claim({ name }) {
      if (!isThere(fs, packPath(packs, name))) throw goneMeanwhile();
    },
    discard: ({ name }) => fs.unlink(packPath(packs, name)).catch(() => undefined),
  };
}

function isThere({ sync }: FileSystem, path: string): boolean {
  try {
    return sync.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw translateFsError(error, 'read', path);
  }
}
