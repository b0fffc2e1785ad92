import type { CallOptions } from '@cairn/core';
import { SeenFiles } from './file-columns.js';
import type { FileGroup } from './group-by-folder.js';
import { SeenGroup } from './stat-cache.js';

/** Knows which bytes files had when they were read. */
export interface FileMemory {
  /** What is known of groups of files whose bytes are in the store, one for each. */
  recall(groups: readonly FileGroup<unknown>[], options: CallOptions): Promise<readonly SeenGroup[]>;
}

/** Knows nothing, so that all files are read. */
export const noMemory: FileMemory = {
  recall: async (groups) =>
    groups.map(({ items }) => new SeenGroup(SeenFiles.none, items.length, false, () => undefined)),
};
