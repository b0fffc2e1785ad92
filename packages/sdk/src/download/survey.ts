import type { AnyIterable, Entry } from '@cairn/core';
import { breather } from '../util/breathe.js';
import { nameCheck } from './check-names.js';
import { FolderWalk } from './folder-walk.js';
import { looksAlike, type SeenNames } from './lookalikes.js';

/** What is to be known of entries before the first of them becomes a file. */
export interface Survey {
  readonly entryCount: number;
  /** How many of them are references. */
  readonly referenceCount: number;
  /** In bytes; `undefined` where a source didn't tell. */
  readonly size: number | undefined;
  /** The folders that they need, each after the one it is in. */
  readonly folders: readonly string[];
  /** Whether some file system could take two of the paths for one. */
  readonly hasLookalikes: boolean;
}

/** Looks at entries, in the order of their paths, without holding them. @throws CairnError `path_invalid`. */
export async function survey(
  batches: AnyIterable<readonly Entry[]>,
  options: { readonly allowGit: boolean },
): Promise<Survey> {
  const checkName = nameCheck(options);
  const breathe = breather();
  const folders: string[] = [];
  let hasLookalikes = false;
  const walk = new FolderWalk<SeenNames>({
    open(path, parent) {
      if (parent !== undefined) folders.push(path);
      return { count: 0, hasOtherThanAscii: false, lowered: undefined };
    },
    add(folder, name) {
      hasLookalikes ||= looksAlike(folder, name);
    },
  });
  let entryCount = 0;
  let referenceCount = 0;
  let size: number | undefined = 0;
  for await (const batch of batches) {
    for (const entry of batch) {
      checkName(entry.path);
      walk.next(entry.path);
      entryCount++;
      if (entry.kind === 'reference') referenceCount++;
      size = size === undefined || entry.size === undefined ? undefined : size + entry.size;
    }
    await breathe();
  }
  return { entryCount, referenceCount, size, folders, hasLookalikes };
}
